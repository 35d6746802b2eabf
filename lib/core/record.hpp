// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The record: what is known of one logged packet. Every source makes it, every
/// format prints it. Fixed size, trivially copyable, no pointers, so it can be
/// handed to another thread by copying bytes.
///
/// A member is meaningful only if its bit in `present` is set; nothing else is
/// initialised or cleared, so that making a record touches few cache lines.
/// The rows of fields.def name the members; docs/record.md explains them.
///
/// Sources of the meanings: include/uapi/linux/netfilter/nfnetlink_log.h,
/// RFC 791, 8200, 9293, 768, 792, 4443, 4303, 4302, 826.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace nflogd {

/// One bit each in Record::present, in the order of fields.def.
enum class Field : std::uint8_t {
#define ENVELOPE(name, type, member) name,
#include "core/fields.def"
};

/// One bit each in Headers::present, in the order of fields.def.
enum class HeaderField : std::uint8_t {
#define HEADER(name, type, member) name,
#include "core/fields.def"
};

/// Where in the kernel the packet was logged.
enum class Hook : std::uint8_t {
    prerouting,
    input,
    forward,
    output,
    postrouting,
    ingress,
    egress,
};

/// Why a packet cannot be what it says it is. The first reason found is kept.
enum class Malformed : std::uint8_t {
    attribute,           ///< a netlink attribute shorter than its type
    ip_version,          ///< version nibble is not the one that the link layer announced
    ipv4_header_length,  ///< below 20 bytes
    ipv4_total_length,   ///< shorter than its own header
    ipv6_length,         ///< payload length 0 where bytes follow
    ipv6_extensions,     ///< more extension headers than anybody sends
    ipv6_fragment,       ///< fragment header inside a fragment
    tcp_data_offset,     ///< below 20 bytes
    tcp_length,          ///< TCP header does not fit into the IP packet
    udp_length,          ///< below 8 bytes, or longer than the IP packet
    transport_length,    ///< another transport header does not fit into the IP packet
    ah_length,           ///< authentication header below 12 bytes
    arp_header,          ///< address lengths that are not Ethernet and IPv4
};

/// An IPv4 address uses the first 4 bytes. Network order.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes;
};

using Ipv4Address = std::array<std::uint8_t, 4>;
using MacAddress = std::array<std::uint8_t, 6>;

/// tcp_flags: the 9 flag bits as in the TCP header (RFC 9293, 9768).
enum TcpFlag : std::uint16_t {
    kTcpFin = 0x001,
    kTcpSyn = 0x002,
    kTcpRst = 0x004,
    kTcpPsh = 0x008,
    kTcpAck = 0x010,
    kTcpUrg = 0x020,
    kTcpEce = 0x040,
    kTcpCwr = 0x080,
    kTcpAe = 0x100,
};

/// A network interface as it was called when the packet was received.
struct Interface {
    std::uint32_t index;
    std::array<char, 16> name;  ///< NUL-padded; empty if the index had no name any more
};

/// The network and transport headers of one packet. Integers in host order.
struct Headers {
    std::uint64_t present = 0;  ///< bits by HeaderField

    IpAddress src_ip;
    IpAddress dest_ip;
    std::uint32_t length;      ///< whole IP packet in bytes
    std::uint32_t ip_id;       ///< 16 bits in IPv4, 32 in an IPv6 fragment header
    std::uint32_t flow_label;  ///< 20 bits
    std::uint32_t tcp_seq;
    std::uint32_t tcp_ack;
    std::uint32_t spi;
    std::uint32_t icmp_mtu;
    Ipv4Address icmp_gateway;
    std::uint16_t fragment_offset;  ///< in units of 8 bytes, as in the header
    std::uint16_t src_port;
    std::uint16_t dest_port;
    std::uint16_t tcp_flags;  ///< TcpFlag bits
    std::uint16_t tcp_window;
    std::uint16_t udp_length;
    std::uint16_t icmp_id;
    std::uint16_t icmp_seq;
    std::uint16_t arp_op;
    std::uint8_t ip_version;    ///< 4 or 6
    std::uint8_t proto_number;  ///< IANA; the last one of an IPv6 extension chain
    std::uint8_t ttl;           ///< hop limit in IPv6
    std::uint8_t tos;           ///< whole octet; traffic class in IPv6
    std::uint8_t icmp_type;
    std::uint8_t icmp_code;
    bool df;
    bool mf;
    MacAddress arp_src_mac;
    MacAddress arp_dest_mac;
    Ipv4Address arp_src_ip;
    Ipv4Address arp_dest_ip;

    [[nodiscard]] bool has(HeaderField field) const {
        return (present >> static_cast<unsigned>(field) & 1) != 0;
    }
    void set(HeaderField field) { present |= std::uint64_t{1} << static_cast<unsigned>(field); }
};

struct Record {
    /// nft takes 127 bytes of prefix, iptables 63.
    static constexpr std::size_t kMaxPrefix = 128;

    std::uint64_t present = 0;  ///< bits by Field

    std::uint64_t timestamp_ns;  ///< UNIX time
    std::uint32_t seq;           ///< NFULA_SEQ: per bind of the group, wraps
    std::uint16_t group;         ///< nfnetlink_log group
    std::uint16_t rule;          ///< index into Labels (labels.hpp)
    std::uint32_t mark;
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint32_t payload_length;  ///< bytes of packet that the kernel delivered
    MacAddress src_mac;
    MacAddress dest_mac;
    std::uint16_t ether_type;
    std::uint16_t vlan_id;  ///< 12 bits
    Hook hook;
    Malformed malformed;
    bool truncated;
    bool quotes = false;  ///< `inner` holds the packet quoted in an ICMP error
    std::uint8_t prefix_length;

    Headers packet;

    Interface in_iface;
    Interface out_iface;
    Interface phys_in;
    Interface phys_out;

    std::array<char, kMaxPrefix> prefix;  ///< raw bytes, `prefix_length` of them
    Headers inner;                        ///< meaningful only if `quotes`

    [[nodiscard]] bool has(Field field) const {
        return (present >> static_cast<unsigned>(field) & 1) != 0;
    }
    void set(Field field) { present |= std::uint64_t{1} << static_cast<unsigned>(field); }
    /// Marks the packet; an earlier reason stays.
    void set_malformed(Malformed reason) {
        if (!has(Field::malformed)) malformed = reason;
        set(Field::malformed);
    }
    void set_truncated() {
        truncated = true;
        set(Field::truncated);
    }
    [[nodiscard]] std::string_view prefix_text() const { return {prefix.data(), prefix_length}; }
    /// Forgets everything: nothing is present any more.
    void clear() {
        present = 0;
        quotes = false;
        packet.present = 0;
        inner.present = 0;
    }
};

static_assert(std::is_trivially_copyable_v<Record>);
static_assert(std::is_standard_layout_v<Record>);
static_assert(sizeof(Record) <= 576, "a record is a few cache lines");

/// Copies what `from` holds and leaves out the parts that it does not: the rest
/// of the prefix and, for most packets, the quoted one.
inline void copy_record(Record& to, const Record& from) {
    constexpr std::size_t kHead = offsetof(Record, prefix);
    std::memcpy(static_cast<void*>(&to), &from, kHead);
    if (from.has(Field::prefix)) {
        std::memcpy(to.prefix.data(), from.prefix.data(), from.prefix_length);
    }
    if (from.quotes) to.inner = from.inner;
}

}  // namespace nflogd
