// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/transport.hpp"

#include <netinet/in.h>

#include "decode/header_bytes.hpp"

namespace nflogd::decode {
namespace {

constexpr Layout<16> kTcp({
    {HeaderField::src_port, 2},
    {HeaderField::dest_port, 4},
    {HeaderField::tcp_seq, 8},
    {HeaderField::tcp_ack, 12},
    {HeaderField::tcp_flags, 14},
    {HeaderField::tcp_window, 16},
});

constexpr Layout<6> kUdp({
    {HeaderField::src_port, 2},
    {HeaderField::dest_port, 4},
    {HeaderField::udp_length, 6},
});

constexpr Layout<4> kPorts({
    {HeaderField::src_port, 2},
    {HeaderField::dest_port, 4},
});

constexpr Layout<4> kEsp({{HeaderField::spi, 4}});
constexpr Layout<8> kAuthentication({{HeaderField::spi, 8}});

/// RFC 9293. Options have no field, so one that was cut off is not missed.
void read_tcp(const Part& part, Reading& reading) {
    constexpr std::uint32_t kSmallest = 20;
    constexpr std::size_t kDataOffsetEnd = 13;
    constexpr std::uint16_t kFlagsMask = 0x1ff;
    const HeaderBytes<16> header(part.bytes);
    Headers& out = reading.headers;
    out.src_port = header.be16<0>();
    out.dest_port = header.be16<2>();
    out.tcp_seq = header.be32<4>();
    out.tcp_ack = header.be32<8>();
    out.tcp_flags = header.be16<12>() & kFlagsMask;
    out.tcp_window = header.be16<14>();
    reading.add(kTcp, part);
    if (part.bytes.size() < kDataOffsetEnd) return;
    const std::uint32_t size = (header.u8<12>() >> 4) * 4U;
    if (size < kSmallest) reading.fail(Malformed::tcp_data_offset);
    if (size > part.length) reading.fail(Malformed::tcp_length);
}

/// Whether a UDP length of 0 is right: only in an IPv6 jumbogram (RFC 2675, 4).
bool is_jumbogram(const Headers& headers) {
    return headers.ip_version == 6 && headers.has(HeaderField::length) &&
           headers.length > 40 + 0xffff;
}

/// RFC 768. The first fragment of a packet holds less than its UDP length says.
void read_udp(const Part& part, Reading& reading) {
    constexpr std::uint16_t kSmallest = 8;
    const HeaderBytes<6> header(part.bytes);
    Headers& out = reading.headers;
    out.src_port = header.be16<0>();
    out.dest_port = header.be16<2>();
    out.udp_length = header.be16<4>();
    reading.add(kUdp, part);
    if (part.bytes.size() < 6) return;
    const bool first_fragment = out.has(HeaderField::mf) && out.mf;
    const bool too_long = out.udp_length > part.length && !first_fragment;
    const bool too_short = out.udp_length < kSmallest;
    if (out.udp_length == 0 && is_jumbogram(out)) return;
    if (too_long || too_short) reading.fail(Malformed::udp_length);
}

/// RFC 3828 (UDP-Lite: its third field is no length), 9260 (SCTP), 4340 (DCCP).
void read_ports(const Part& part, Reading& reading) {
    const HeaderBytes<4> header(part.bytes);
    reading.headers.src_port = header.be16<0>();
    reading.headers.dest_port = header.be16<2>();
    reading.add(kPorts, part);
}

/// RFC 4303.
void read_esp(const Part& part, Reading& reading) {
    reading.headers.spi = HeaderBytes<4>(part.bytes).be32<0>();
    reading.add(kEsp, part);
}

/// Ends an IPv4 packet, as in the kernel's own LOG (net/netfilter/nf_log_syslog.c):
/// the record stays one of protocol AH. In IPv6 it is an extension header.
void read_ipv4_authentication(const Part& part, Reading& reading) {
    read_authentication(part, reading);
}

struct Transport {
    void (*read)(const Part&, Reading&) = nullptr;
    std::uint32_t smallest = 0;  ///< bytes on the wire; the kernel drops shorter ones
    Malformed too_short{};
};

/// By protocol number. Those without a row have no fields.
constexpr auto kTransports = [] {
    std::array<Transport, 256> rows{};
    rows[IPPROTO_ICMP] = {read_icmp, 8, Malformed::transport_length};
    rows[IPPROTO_TCP] = {read_tcp, 20, Malformed::tcp_length};
    rows[IPPROTO_UDP] = {read_udp, 8, Malformed::udp_length};
    rows[IPPROTO_DCCP] = {read_ports, 12, Malformed::transport_length};
    rows[IPPROTO_ESP] = {read_esp, 8, Malformed::transport_length};
    rows[IPPROTO_AH] = {read_ipv4_authentication, 12, Malformed::transport_length};
    rows[IPPROTO_ICMPV6] = {read_icmpv6, 8, Malformed::transport_length};
    rows[IPPROTO_SCTP] = {read_ports, 12, Malformed::transport_length};
    rows[IPPROTO_UDPLITE] = {read_ports, 8, Malformed::transport_length};
    return rows;
}();

/// Each ICMP belongs to its own IP; in the other one it is just a number.
bool is_foreign_icmp(std::uint8_t number, const Headers& headers) {
    if (number == IPPROTO_ICMP) return headers.ip_version != 4;
    return number == IPPROTO_ICMPV6 && headers.ip_version != 6;
}

}  // namespace

bool read_authentication(const Part& part, Reading& reading) {
    constexpr std::uint32_t kSmallest = 12;
    const HeaderBytes<8> header(part.bytes);
    reading.headers.spi = header.be32<4>();
    reading.add(kAuthentication, part);
    if (part.bytes.size() < 2) return true;
    if (authentication_header_size(header.u8<1>()) >= kSmallest) return true;
    reading.fail(Malformed::ah_length);
    return false;
}

void read_transport(std::uint8_t number, const Part& part, Reading& reading) {
    const Transport& transport = kTransports[number];
    if (transport.read == nullptr || is_foreign_icmp(number, reading.headers)) return;
    if (part.length < transport.smallest) reading.fail(transport.too_short);
    transport.read(part, reading);
}

}  // namespace nflogd::decode
