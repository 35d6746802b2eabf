// SPDX-License-Identifier: GPL-2.0-or-later
// Packets as they came, for tcpdump, tshark and `nflogd replay`: LINKTYPE_NFLOG. The
// format has no place for ledgers and changes of state.
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "core/pcap_file.hpp"
#include "format/formatter.hpp"

namespace nflogd::format {
namespace {

/// Where the attribute begins that goes on behind the end of a message that was cut: the
/// packet's bytes, which come last. 0: there is none. An attribute that cannot be one
/// ends the walk: its bytes stay as they came.
std::size_t find_cut(Bytes message) {
    std::size_t at = sizeof(nfgenmsg);
    while (at + sizeof(nlattr) <= message.size()) {
        nlattr header;
        std::memcpy(&header, message.data() + at, sizeof header);
        if (header.nla_len < sizeof header) return 0;
        if (at + header.nla_len > message.size()) return at;
        at += (header.nla_len + NLA_ALIGNTO - 1) & ~std::size_t{NLA_ALIGNTO - 1};
    }
    return 0;
}

class Pcap final : public Formatter {
public:
    std::size_t packet(const Packet& packet, std::span<char> out) override {
        constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
        const Bytes message = packet.raw.first(std::min(packet.raw.size(), kMaxRaw));
        if (message.size() < sizeof(nfgenmsg)) return 0;
        const std::uint64_t time = packet.record.timestamp_ns;
        PcapPacketHeader header;
        header.seconds = static_cast<std::uint32_t>(time / kNsPerSecond);
        header.fraction = static_cast<std::uint32_t>(time % kNsPerSecond / 1000);
        header.captured = static_cast<std::uint32_t>(message.size());
        header.original = header.captured;
        std::memcpy(out.data(), &header, sizeof header);
        char* const body = out.data() + sizeof header;
        std::memcpy(body, message.data(), message.size());
        if (const std::size_t cut = find_cut(message); cut != 0) {
            shorten(body + cut, message.size() - cut);
        }
        return sizeof header + message.size();
    }

    void event(const Event&, std::string&) override {}

private:
    /// As if the kernel had delivered no more: readers cannot cope with an attribute that
    /// is not whole. How long the packet was is in its IP header.
    static void shorten(char* attribute, std::size_t size) {
        const auto length = static_cast<std::uint16_t>(size);
        std::memcpy(attribute + offsetof(nlattr, nla_len), &length, sizeof length);
    }
};

static_assert(sizeof(PcapPacketHeader) + kMaxRaw <= kMaxText);

}  // namespace

std::unique_ptr<Formatter> make_pcap(FormatOptions /*options*/) { return std::make_unique<Pcap>(); }

}  // namespace nflogd::format
