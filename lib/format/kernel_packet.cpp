// SPDX-License-Identifier: GPL-2.0-or-later
// The names of the tokens, their order and their spaces are those of dump_ipv4_packet(),
// dump_ipv6_packet(), dump_arp_packet(), nf_log_dump_tcp_header() and
// nf_log_dump_udp_header().
#include "format/kernel_packet.hpp"

#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace nflogd::format {
namespace {

/// A part of the packet, from some header on.
class Header {
public:
    Header(Bytes packet, std::size_t at) : bytes_(packet.subspan(std::min(at, packet.size()))) {}

    [[nodiscard]] bool has(std::size_t count) const { return bytes_.size() >= count; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::uint8_t u8(std::size_t at) const { return bytes_[at]; }
    [[nodiscard]] std::uint16_t be16(std::size_t at) const {
        return static_cast<std::uint16_t>(bytes_[at] << 8 | bytes_[at + 1]);
    }
    [[nodiscard]] std::uint32_t be32(std::size_t at) const {
        return static_cast<std::uint32_t>(be16(at)) << 16 | be16(at + 2);
    }
    [[nodiscard]] const std::uint8_t* at(std::size_t at) const { return bytes_.data() + at; }

private:
    Bytes bytes_;
};

constexpr std::string_view kLower = "0123456789abcdef";
constexpr std::string_view kUpper = "0123456789ABCDEF";

/// One packet, and the one that it quotes.
class Dump {
public:
    Dump(Writer writer, Bytes packet, const KernelContext& context)
        : out_(writer), begin_(writer.position()), packet_(packet), context_(context) {}

    [[nodiscard]] Writer writer() const { return out_; }

    void ipv4(std::size_t start);
    void ipv6(std::size_t start);
    void arp();

private:
    /// What a reader of a layer says: go on with what stands behind the headers, or not.
    enum class Next : std::uint8_t { tail, end };

    void ipv4_options(const Header& ip, std::size_t options);
    Next ipv4_protocol(std::uint8_t protocol, bool fragment, std::size_t start, std::size_t at);
    void icmp(std::size_t start, std::size_t at);
    void icmp_body(const Header& icmp, std::size_t start, std::size_t at);
    void security(std::string_view name, bool fragment, std::size_t at, std::size_t size,
                  std::size_t spi);
    /// False if the line ends there.
    bool ipv6_extension(std::uint8_t& next, std::size_t& at, bool& fragment);
    bool ipv6_fragment(std::size_t at, bool& fragment);
    bool ipv6_security(std::string_view name, bool fragment, std::size_t at, std::size_t size,
                       std::size_t spi);
    Next ipv6_protocol(std::uint8_t protocol, bool fragment, std::size_t start, std::size_t at);
    Next icmpv6(std::size_t start, std::size_t at);
    void icmpv6_body(const Header& icmp, std::size_t start, std::size_t at);
    Next tcp(bool fragment, std::size_t at);
    void tcp_flags(const Header& tcp);
    Next udp(std::uint8_t protocol, bool fragment, std::size_t at);
    void tail();

    void text(std::string_view words) { out_.put(words); }
    void number(std::string_view name, std::uint64_t value) {
        text(name);
        out_.decimal(value);
        out_.put(' ');
    }
    /// As %x and the like, with at least `digits` of them.
    void hex(std::string_view name, std::uint32_t value, unsigned digits,
             std::string_view figures = kLower) {
        text(name);
        unsigned count = 8;
        while (count > digits && value >> 4 * (count - 1) == 0) --count;
        while (count-- > 0) out_.put(figures[value >> 4 * count & 0xf]);
    }
    void hex_word(std::string_view name, std::uint32_t value, unsigned digits,
                  std::string_view figures = kLower) {
        hex(name, value, digits, figures);
        out_.put(' ');
    }
    void octets(Header header, std::size_t from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) hex("", header.u8(from + i), 2, kUpper);
    }
    void incomplete(const Header& header) {
        text("INCOMPLETE [");
        out_.decimal(static_cast<std::uint64_t>(header.size()));
        text(" bytes] ");
    }
    void address6(std::string_view name, const std::uint8_t* bytes) {
        text(name);
        for (std::size_t i = 0; i < 16; ++i) {
            if (i > 0 && i % 2 == 0) out_.put(':');
            out_.hex(bytes[i]);
        }
        out_.put(' ');
    }

    /// The kernel's line ends there, too (S_SIZE): extension headers may be many.
    [[nodiscard]] bool is_full() const { return out_.position() - begin_ > 1000; }

    Writer out_;
    const char* const begin_;
    Bytes packet_;
    const KernelContext& context_;
};

void Dump::ipv4(std::size_t start) {
    const Header ip(packet_, start);
    if (!ip.has(sizeof(iphdr))) return text("TRUNCATED");
    text("SRC=");
    out_.ipv4(ip.at(12));
    text(" DST=");
    out_.ipv4(ip.at(16));
    number(" LEN=", ip.be16(2));
    hex("TOS=0x", ip.u8(1) & IPTOS_TOS_MASK, 2, kUpper);
    hex(" PREC=0x", ip.u8(1) & IPTOS_PREC_MASK, 2, kUpper);
    number(" TTL=", ip.u8(8));
    number("ID=", ip.be16(4));
    const std::uint16_t fragment = ip.be16(6);
    if ((fragment & IP_RF) != 0) text("CE ");
    if ((fragment & IP_DF) != 0) text("DF ");
    if ((fragment & IP_MF) != 0) text("MF ");
    if ((fragment & IP_OFFMASK) != 0) number("FRAG:", fragment & IP_OFFMASK);
    const std::size_t length = (ip.u8(0) & 0xfU) * 4;
    if (context_.flags.ip_options && length > sizeof(iphdr)) {
        if (!ip.has(length)) return text("TRUNCATED");
        ipv4_options(ip, length - sizeof(iphdr));
    }
    const bool later = (fragment & IP_OFFMASK) != 0;
    if (ipv4_protocol(ip.u8(9), later, start, start + length) == Next::tail && start == 0) tail();
}

void Dump::ipv4_options(const Header& ip, std::size_t options) {
    text("OPT (");
    octets(ip, sizeof(iphdr), options);
    text(") ");
}

Dump::Next Dump::ipv4_protocol(std::uint8_t protocol, bool fragment, std::size_t start,
                               std::size_t at) {
    switch (protocol) {
        case IPPROTO_TCP: return tcp(fragment, at);
        case IPPROTO_UDP:
        case IPPROTO_UDPLITE: return udp(protocol, fragment, at);
        case IPPROTO_ICMP:
            text("PROTO=ICMP ");
            if (!fragment) icmp(start, at);
            break;
        case IPPROTO_AH:
            if (!fragment) security("PROTO=AH ", fragment, at, 12, 4);
            break;
        case IPPROTO_ESP: security("PROTO=ESP ", fragment, at, 8, 0); break;
        default: number("PROTO=", protocol);
    }
    return Next::tail;
}

void Dump::security(std::string_view name, bool fragment, std::size_t at, std::size_t size,
                    std::size_t spi) {
    text(name);
    if (fragment) return;
    const Header header(packet_, at);
    if (!header.has(size)) return incomplete(header);
    hex_word("SPI=0x", header.be32(spi), 1);
}

void Dump::icmp(std::size_t start, std::size_t at) {
    constexpr std::array<std::uint8_t, 19> kRequired = {4, 0,  0,  28, 28, 28, 0, 0,  4, 0,
                                                        0, 28, 28, 20, 20, 0,  0, 12, 12};
    const Header icmp(packet_, at);
    if (!icmp.has(8)) return incomplete(icmp);
    const std::uint8_t type = icmp.u8(0);
    number("TYPE=", type);
    number("CODE=", icmp.u8(1));
    if (type < kRequired.size() && !icmp.has(kRequired[type])) return incomplete(icmp);
    icmp_body(icmp, start, at);
}

void Dump::icmp_body(const Header& icmp, std::size_t start, std::size_t at) {
    switch (icmp.u8(0)) {
        case ICMP_ECHOREPLY:
        case ICMP_ECHO:
            number("ID=", icmp.be16(4));
            number("SEQ=", icmp.be16(6));
            break;
        case ICMP_PARAMETERPROB: number("PARAMETER=", icmp.u8(4)); break;
        case ICMP_REDIRECT:
            text("GATEWAY=");
            out_.ipv4(icmp.at(4));
            text(" ");
            [[fallthrough]];
        case ICMP_DEST_UNREACH:
        case ICMP_SOURCE_QUENCH:
        case ICMP_TIME_EXCEEDED:
            if (start == 0) {
                text("[");
                ipv4(at + 8);
                text("] ");
            }
            if (icmp.u8(0) == ICMP_DEST_UNREACH && icmp.u8(1) == ICMP_FRAG_NEEDED) {
                number("MTU=", icmp.be16(6));
            }
            break;
        default: break;
    }
}

void Dump::ipv6(std::size_t start) {
    const Header ip(packet_, start);
    if (!ip.has(40)) return text("TRUNCATED");
    address6("SRC=", ip.at(8));
    address6("DST=", ip.at(24));
    number("LEN=", std::uint64_t{ip.be16(4)} + 40);
    number("TC=", (ip.be32(0) & 0x0ff00000U) >> 20);
    number("HOPLIMIT=", ip.u8(7));
    number("FLOWLBL=", ip.be32(0) & 0x000fffffU);
    std::uint8_t next = ip.u8(6);
    std::size_t at = start + 40;
    bool fragment = false;
    const auto is_extension = [](std::uint8_t header) {
        return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING ||
               header == IPPROTO_FRAGMENT || header == IPPROTO_ESP || header == IPPROTO_AH ||
               header == IPPROTO_DSTOPTS;
    };
    while (is_extension(next)) {
        if (is_full() || !ipv6_extension(next, at, fragment)) return;
    }
    const bool first = start == 0;
    if (ipv6_protocol(next, fragment, start, at) == Next::tail && first) tail();
}

bool Dump::ipv6_extension(std::uint8_t& next, std::size_t& at, bool& fragment) {
    const Header header(packet_, at);
    if (!header.has(2)) {
        text("TRUNCATED");
        return false;
    }
    const bool options = context_.flags.ip_options;
    if (options) text("OPT ( ");
    std::size_t length = (header.u8(1) + std::size_t{1}) * 8;
    if (next == IPPROTO_FRAGMENT) {
        if (!ipv6_fragment(at, fragment)) return false;
        length = 8;
    } else if (next == IPPROTO_AH) {
        if (options && !ipv6_security("AH ", fragment, at, 12, 4)) return false;
        length = (header.u8(1) + std::size_t{2}) * 4;
    } else if (next == IPPROTO_ESP) {
        if (options && ipv6_security("ESP ", fragment, at, 8, 0)) text(")");
        return false;
    } else if (fragment) {
        if (options) text(")");
        return false;
    }
    if (options) text(") ");
    next = header.u8(0);
    at += length;
    return true;
}

bool Dump::ipv6_fragment(std::size_t at, bool& fragment) {
    const Header header(packet_, at);
    text("FRAG:");
    if (!header.has(8)) {
        text("TRUNCATED ");
        return false;
    }
    const std::uint16_t offset = header.be16(2);
    number("", offset & 0xfff8U);
    if ((offset & 1) != 0) text("INCOMPLETE ");
    hex_word("ID:", header.be32(4), 8);
    if ((offset & 0xfff8U) != 0) fragment = true;
    return true;
}

bool Dump::ipv6_security(std::string_view name, bool fragment, std::size_t at, std::size_t size,
                         std::size_t spi) {
    text(name);
    const Header header(packet_, at);
    if (fragment || !header.has(size)) {
        if (!fragment) incomplete(header);
        text(")");
        return false;
    }
    hex_word("SPI=0x", header.be32(spi), 1);
    return true;
}

Dump::Next Dump::ipv6_protocol(std::uint8_t protocol, bool fragment, std::size_t start,
                               std::size_t at) {
    switch (protocol) {
        case IPPROTO_TCP: return tcp(fragment, at);
        case IPPROTO_UDP:
        case IPPROTO_UDPLITE: return udp(protocol, fragment, at);
        case IPPROTO_ICMPV6:
            text("PROTO=ICMPv6 ");
            return fragment ? Next::tail : icmpv6(start, at);
        default: number("PROTO=", protocol); return Next::tail;
    }
}

Dump::Next Dump::icmpv6(std::size_t start, std::size_t at) {
    const Header icmp(packet_, at);
    if (!icmp.has(8)) {
        incomplete(icmp);
        return Next::end;
    }
    number("TYPE=", icmp.u8(0));
    number("CODE=", icmp.u8(1));
    icmpv6_body(icmp, start, at);
    return Next::tail;
}

void Dump::icmpv6_body(const Header& icmp, std::size_t start, std::size_t at) {
    switch (icmp.u8(0)) {
        case ICMP6_ECHO_REQUEST:
        case ICMP6_ECHO_REPLY:
            number("ID=", icmp.be16(4));
            number("SEQ=", icmp.be16(6));
            break;
        case ICMP6_PARAM_PROB: hex_word("POINTER=", icmp.be32(4), 8); [[fallthrough]];
        case ICMP6_DST_UNREACH:
        case ICMP6_PACKET_TOO_BIG:
        case ICMP6_TIME_EXCEEDED:
            if (start == 0) {
                text("[");
                ipv6(at + 8);
                text("] ");
            }
            if (icmp.u8(0) == ICMP6_PACKET_TOO_BIG) number("MTU=", icmp.be32(4));
            break;
        default: break;
    }
}

Dump::Next Dump::tcp(bool fragment, std::size_t at) {
    constexpr std::size_t kSize = 20;
    text("PROTO=TCP ");
    if (fragment) return Next::tail;
    const Header tcp(packet_, at);
    if (!tcp.has(kSize)) {
        incomplete(tcp);
        return Next::end;
    }
    number("SPT=", tcp.be16(0));
    number("DPT=", tcp.be16(2));
    if (context_.flags.tcp_sequence) {
        number("SEQ=", tcp.be32(4));
        number("ACK=", tcp.be32(8));
    }
    number("WINDOW=", tcp.be16(14));
    tcp_flags(tcp);
    number("URGP=", tcp.be16(18));
    const std::size_t length = (tcp.u8(12) >> 4) * std::size_t{4};
    if (!context_.flags.tcp_options || length <= kSize) return Next::tail;
    if (!tcp.has(length)) {
        text("OPT (TRUNCATED)");
        return Next::end;
    }
    text("OPT (");
    octets(tcp, kSize, length - kSize);
    text(") ");
    return Next::tail;
}

void Dump::tcp_flags(const Header& tcp) {
    struct Flag {
        std::uint16_t bit;
        std::string_view name;
    };
    constexpr std::array kFlags = {Flag{0x100, "AE "}, Flag{0x80, "CWR "}, Flag{0x40, "ECE "},
                                   Flag{0x20, "URG "}, Flag{0x10, "ACK "}, Flag{0x08, "PSH "},
                                   Flag{0x04, "RST "}, Flag{0x02, "SYN "}, Flag{0x01, "FIN "}};
    const std::uint16_t word = tcp.be16(12);
    hex_word("RES=0x", (word & 0x0e00U) >> 6, 2);
    for (const Flag& flag : kFlags) {
        if ((word & flag.bit) != 0) text(flag.name);
    }
}

Dump::Next Dump::udp(std::uint8_t protocol, bool fragment, std::size_t at) {
    text(protocol == IPPROTO_UDP ? "PROTO=UDP " : "PROTO=UDPLITE ");
    if (fragment) return Next::tail;
    const Header udp(packet_, at);
    if (!udp.has(8)) {
        incomplete(udp);
        return Next::end;
    }
    number("SPT=", udp.be16(0));
    number("DPT=", udp.be16(2));
    number("LEN=", udp.be16(4));
    return Next::tail;
}

void Dump::tail() {
    if (context_.flags.uid && context_.uid && context_.gid) {
        number("UID=", *context_.uid);
        number("GID=", *context_.gid);
    }
    if (context_.mark != 0) hex_word("MARK=0x", context_.mark, 1);
}

void Dump::arp() {
    const Header arp(packet_, 0);
    if (!arp.has(8)) return text("TRUNCATED");
    text("ARP HTYPE=");
    out_.decimal(arp.be16(0));
    hex(" PTYPE=0x", arp.be16(2), 4);
    text(" OPCODE=");
    out_.decimal(arp.be16(6));
    if (arp.be16(0) != 1 || arp.u8(4) != 6 || arp.u8(5) != 4) return;
    if (!arp.has(28)) {
        text(" INCOMPLETE [");
        out_.decimal(static_cast<std::uint64_t>(arp.size() - 8));
        return text(" bytes]");
    }
    const auto mac = [&](std::size_t at) {
        MacAddress address;
        std::copy_n(arp.at(at), address.size(), address.begin());
        out_.mac(address);
    };
    text(" MACSRC=");
    mac(8);
    text(" IPSRC=");
    out_.ipv4(arp.at(14));
    text(" MACDST=");
    mac(18);
    text(" IPDST=");
    out_.ipv4(arp.at(24));
}

}  // namespace

Writer write_kernel_ipv4(Writer writer, Bytes packet, const KernelContext& context) {
    Dump dump(writer, packet, context);
    dump.ipv4(0);
    return dump.writer();
}

Writer write_kernel_ipv6(Writer writer, Bytes packet, const KernelContext& context) {
    Dump dump(writer, packet, context);
    dump.ipv6(0);
    return dump.writer();
}

Writer write_kernel_arp(Writer writer, Bytes packet) {
    const KernelContext none;
    Dump dump(writer, packet, none);
    dump.arp();
    return dump.writer();
}

}  // namespace nflogd::format
