// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "decode/header_bytes.hpp"
#include "decode/ip.hpp"

namespace nflogd::decode {
namespace {

constexpr std::uint32_t kHeaderSize = 40;
constexpr std::uint32_t kFlowLabelMask = 0xfffff;

constexpr Layout<kHeaderSize> kIpv6({
    {HeaderField::ip_version, 1},
    {HeaderField::tos, 2},
    {HeaderField::flow_label, 4},
    {HeaderField::length, 6},
    {HeaderField::ttl, 8},
    {HeaderField::src_ip, 24},
    {HeaderField::dest_ip, 40},
});

using Header = HeaderBytes<kHeaderSize>;

void read_fields(const Header& header, Headers& out) {
    const auto first = header.be32<0>();
    out.ip_version = 6;
    out.tos = static_cast<std::uint8_t>(first >> 20);
    out.flow_label = first & kFlowLabelMask;
    out.length = kHeaderSize + header.be16<4>();
    out.ttl = header.u8<7>();
    header.copy<8>(out.src_ip.bytes);
    header.copy<24>(out.dest_ip.bytes);
}

/// Size of the hop-by-hop header that `bytes` starts with, by its own count.
std::size_t options_size(Bytes bytes) {
    constexpr std::size_t kUnit = 8;
    return bytes.size() < 2 ? kUnit : (bytes[1] + std::size_t{1}) * kUnit;
}

/// Finds the jumbo payload length (RFC 2675) in the hop-by-hop header that
/// `bytes` starts with; 0 if there is none.
std::uint32_t find_jumbo_length(Bytes bytes) {
    constexpr std::uint8_t kPad1 = 0;
    constexpr std::uint8_t kJumbo = 0xc2;
    Cursor options(bytes.first(std::min(bytes.size(), options_size(bytes))));
    if (!options.skip(2)) return 0;
    std::uint8_t type = 0;
    while (options.u8(type)) {
        if (type == kPad1) continue;
        std::uint8_t size = 0;
        std::uint32_t length = 0;
        if (!options.u8(size)) return 0;
        if (type == kJumbo && size == sizeof length) return options.be32(length) ? length : 0;
        if (!options.skip(size)) return 0;
    }
    return 0;
}

/// A jumbogram says how long it is in an option; it is longer than 64 KiB and
/// the record's length holds 32 bits.
bool apply_jumbo_length(Part& packet, Reading& reading) {
    const Bytes options = packet.bytes.subspan(kHeaderSize);
    const auto jumbo = find_jumbo_length(options);
    if (jumbo == 0) {
        if (options.size() < options_size(options)) reading.truncated = true;
        return false;
    }
    if (jumbo <= 0xffff || jumbo >= kUnknownLength - kHeaderSize) {
        reading.fail(Malformed::ipv6_length);
        return false;
    }
    reading.headers.length = kHeaderSize + jumbo;
    packet.shorten(reading.headers.length);
    return true;
}

/// What a payload length of 0 means. Leaves the packet's length unknown and the
/// field absent if nothing tells it.
void resolve_zero_length(std::uint8_t next, Part& packet, Reading& reading) {
    Headers& headers = reading.headers;
    if (next == IPPROTO_HOPOPTS) {
        if (apply_jumbo_length(packet, reading)) return;
    } else if (next == IPPROTO_NONE || packet.bytes.size() == kHeaderSize) {
        packet.shorten(kHeaderSize);
        return;
    } else {
        reading.fail(Malformed::ipv6_length);
    }
    headers.present &= ~field_bit(HeaderField::length);
}

}  // namespace

void read_ipv6(Part packet, Reading& reading) {
    const Header header(packet.bytes);
    Headers& headers = reading.headers;
    read_fields(header, headers);
    reading.add(kIpv6, packet);
    const auto next = header.u8<6>();
    if (packet.bytes.size() < kHeaderSize) {
        if (headers.length == kHeaderSize) headers.present &= ~field_bit(HeaderField::length);
        return;
    }
    if (headers.length == kHeaderSize) {
        resolve_zero_length(next, packet, reading);
    } else {
        packet.shorten(headers.length);
    }
    read_ipv6_extensions(next, packet.after(kHeaderSize), reading);
}

}  // namespace nflogd::decode
