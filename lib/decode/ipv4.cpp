// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "decode/header_bytes.hpp"
#include "decode/ip.hpp"
#include "decode/transport.hpp"

namespace nflogd::decode {
namespace {

constexpr std::uint32_t kHeaderSize = 20;
constexpr std::size_t kProtocolEnd = 10;
constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kMoreFragments = 0x2000;
constexpr std::uint16_t kOffsetMask = 0x1fff;

constexpr Layout<kHeaderSize> kIpv4({
    {HeaderField::ip_version, 1},
    {HeaderField::tos, 2},
    {HeaderField::length, 4},
    {HeaderField::ip_id, 6},
    {HeaderField::df, 8},
    {HeaderField::mf, 8},
    {HeaderField::fragment_offset, 8},
    {HeaderField::ttl, 9},
    {HeaderField::src_ip, 16},
    {HeaderField::dest_ip, 20},
});

using Header = HeaderBytes<kHeaderSize>;

void read_fields(const Header& header, Headers& out) {
    const auto fragment = header.be16<6>();
    out.ip_version = 4;
    out.tos = header.u8<1>();
    out.length = header.be16<2>();
    out.ip_id = header.be16<4>();
    out.df = (fragment & kDontFragment) != 0;
    out.mf = (fragment & kMoreFragments) != 0;
    out.fragment_offset = fragment & kOffsetMask;
    out.ttl = header.u8<8>();
    header.copy_part<12, 4>(out.src_ip.bytes);
    header.copy_part<16, 4>(out.dest_ip.bytes);
}

/// Ends `packet` where its total length says. False if that cannot be.
/// The kernel writes 0 for TCP segments that it has merged beyond 64 KiB (BIG
/// TCP, include/net/ip.h iph_totlen()): they are longer than any delivery.
bool apply_length(std::uint32_t header_size, Part& packet, Reading& reading) {
    Headers& headers = reading.headers;
    if (headers.length >= header_size) {
        packet.shorten(headers.length);
        return true;
    }
    if (headers.length == 0 && headers.proto_number == IPPROTO_TCP) return true;
    reading.fail(Malformed::ipv4_total_length);
    return false;
}

}  // namespace

void read_ipv4(Part packet, Reading& reading) {
    const Header header(packet.bytes);
    Headers& headers = reading.headers;
    read_fields(header, headers);
    reading.add(kIpv4, packet);
    if (headers.length == 0) headers.present &= ~field_bit(HeaderField::length);
    if (packet.bytes.size() >= kProtocolEnd) reading.set_protocol(header.u8<9>());

    const std::uint32_t header_size = (header.u8<0>() & 0xfU) * 4;
    if (header_size < kHeaderSize) return reading.fail(Malformed::ipv4_header_length);
    if (packet.bytes.size() < kHeaderSize) return;
    if (!apply_length(header_size, packet, reading)) return;
    if (headers.fragment_offset != 0) return;
    read_transport(headers.proto_number, packet.after(header_size), reading);
}

}  // namespace nflogd::decode
