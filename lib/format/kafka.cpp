// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/kafka.hpp"

#include <algorithm>
#include <string_view>

#include "core/community_id.hpp"

namespace nflogd::format {
namespace {

constexpr std::size_t kLongestKey = 255;
static_assert(1 + kLongestKey <= kMaxPacketText - kMaxText);

class Kafka final : public Formatter {
public:
    Kafka(std::unique_ptr<Formatter> text, const KafkaOptions& options, std::uint16_t seed)
        : text_(std::move(text)),
          key_(options.key),
          host_(options.host.substr(0, kLongestKey)),
          community_id_(seed) {}

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const std::string_view key = key_of(packet.record);
        out[0] = static_cast<char>(static_cast<unsigned char>(key.size()));
        std::copy(key.begin(), key.end(), out.begin() + 1);
        const std::size_t head = 1 + key.size();
        return head + text_->packet(packet, out.subspan(head));
    }

    /// The host's, whatever is the key of packets.
    void event(const Event& event, std::string& out) override {
        const std::size_t start = out.size();
        const std::string_view key = key_ == KafkaKey::none ? std::string_view() : host_;
        out += static_cast<char>(static_cast<unsigned char>(key.size()));
        out += key;
        const std::size_t text = out.size();
        text_->event(event, out);
        if (out.size() == text) out.resize(start);
    }

private:
    std::string_view key_of(const Record& record) {
        if (key_ == KafkaKey::none) return {};
        return key_ == KafkaKey::host ? std::string_view(host_) : community_id_.of(record.packet);
    }

    const std::unique_ptr<Formatter> text_;
    const KafkaKey key_;
    const std::string host_;
    CommunityId community_id_;
};

}  // namespace

std::unique_ptr<Formatter> make_kafka(std::unique_ptr<Formatter> text, const KafkaOptions& options,
                                      std::uint16_t seed) {
    return std::make_unique<Kafka>(std::move(text), options, seed);
}

}  // namespace nflogd::format
