// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/community_id.hpp"

#include <cstring>
#include <optional>
#include <utility>

#include "core/sha1.hpp"

namespace nflogd {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kSctp = 132;

/// Requests and their answers, which stand for each other's port.
struct Counterpart {
    std::uint8_t request;
    std::uint8_t answer;
};
constexpr Counterpart kIcmpCounterparts[] = {{8, 0}, {13, 14}, {15, 16}, {17, 18}, {10, 9}};
constexpr Counterpart kIcmp6Counterparts[] = {{128, 129}, {133, 134}, {135, 136},
                                              {130, 131}, {139, 140}, {144, 145}};

template <std::size_t Size>
std::optional<std::uint8_t> counterpart(const Counterpart (&rows)[Size], std::uint8_t type) {
    for (const Counterpart& row : rows) {
        if (row.request == type) return row.answer;
        if (row.answer == type) return row.request;
    }
    return std::nullopt;
}

/// The part of the hash behind the addresses and the protocol.
struct Ports {
    bool has = false;      ///< the protocol has some
    bool one_way = false;  ///< the endpoints keep their order
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
};

std::optional<Ports> icmp_ports(const Headers& headers) {
    if (!headers.has(HeaderField::icmp_type)) return std::nullopt;
    const std::uint8_t type = headers.icmp_type;
    const auto other = headers.proto_number == kIcmp ? counterpart(kIcmpCounterparts, type)
                                                     : counterpart(kIcmp6Counterparts, type);
    if (other) return Ports{true, false, type, *other};
    if (!headers.has(HeaderField::icmp_code)) return std::nullopt;
    return Ports{true, true, type, headers.icmp_code};
}

/// Nothing if the protocol has ports that are not known.
std::optional<Ports> ports_of(const Headers& headers) {
    switch (headers.proto_number) {
        case kIcmp:
        case kIcmp6: return icmp_ports(headers);
        case kTcp:
        case kUdp:
        case kSctp: break;
        default: return Ports{};
    }
    if (!headers.has(HeaderField::src_port) || !headers.has(HeaderField::dest_port)) {
        return std::nullopt;
    }
    return Ports{true, false, headers.src_port, headers.dest_port};
}

/// What is hashed.
class Input {
public:
    void add(const std::uint8_t* bytes, std::size_t size) {
        std::memcpy(bytes_.data() + size_, bytes, size);
        size_ += size;
    }
    void add(std::uint8_t byte) { bytes_[size_++] = byte; }
    void add16(std::uint16_t value) {
        add(static_cast<std::uint8_t>(value >> 8));
        add(static_cast<std::uint8_t>(value));
    }
    [[nodiscard]] const std::uint8_t* data() const { return bytes_.data(); }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::array<std::uint8_t, 2 + 2 * 16 + 2 + 4> bytes_;
    std::size_t size_ = 0;
};

/// The endpoint with the smaller address, then port, comes first.
Input make_input(const Headers& headers, Ports ports, std::uint16_t seed) {
    const std::size_t size = headers.ip_version == 4 ? 4 : 16;
    const std::uint8_t* first = headers.src_ip.bytes.data();
    const std::uint8_t* second = headers.dest_ip.bytes.data();
    const int order = std::memcmp(first, second, size);
    if (!ports.one_way && (order > 0 || (order == 0 && ports.source > ports.destination))) {
        std::swap(first, second);
        std::swap(ports.source, ports.destination);
    }
    Input input;
    input.add16(seed);
    input.add(first, size);
    input.add(second, size);
    input.add(headers.proto_number);
    input.add(0);
    if (!ports.has) return input;
    input.add16(ports.source);
    input.add16(ports.destination);
    return input;
}

void write_base64(char* out, const Sha1Digest& digest) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t at = 0; at < digest.size(); at += 3) {
        const auto byte = [&](std::size_t i) {
            return at + i < digest.size() ? unsigned{digest[at + i]} : 0U;
        };
        const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (unsigned shift = 24; shift > 0; shift -= 6) {
            *out++ = kDigits[group >> (shift - 6) & 63];
        }
    }
    out[-1] = '=';  // 20 bytes end one short of a group
}

}  // namespace

CommunityId::CommunityId(std::uint16_t seed) : seed_(seed) { load_sha1(); }

std::string_view CommunityId::of(const Headers& headers) {
    if (!headers.has(HeaderField::src_ip) || !headers.has(HeaderField::dest_ip) ||
        !headers.has(HeaderField::proto_number)) {
        return {};
    }
    const auto ports = ports_of(headers);
    if (!ports) return {};
    const Input input = make_input(headers, *ports, seed_);
    text_[0] = '1';
    text_[1] = ':';
    write_base64(text_.data() + 2, sha1({input.data(), input.size()}));
    return {text_.data(), text_.size()};
}

}  // namespace nflogd
