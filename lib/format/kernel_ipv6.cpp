// SPDX-License-Identifier: GPL-2.0-or-later
// Before macros of the system that would rename our fields.
#include "format/kernel_dump.hpp"

#include <netinet/icmp6.h>

#include <array>

namespace nflogd::format {

void KernelDump::ipv6(std::size_t start) {
    const KernelHeader ip(packet_, start);
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

bool KernelDump::ipv6_extension(std::uint8_t& next, std::size_t& at, bool& fragment) {
    const KernelHeader header(packet_, at);
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

bool KernelDump::ipv6_fragment(std::size_t at, bool& fragment) {
    const KernelHeader header(packet_, at);
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

bool KernelDump::ipv6_security(std::string_view name, bool fragment, std::size_t at,
                               std::size_t size, std::size_t spi) {
    text(name);
    const KernelHeader header(packet_, at);
    if (fragment || !header.has(size)) {
        if (!fragment) incomplete(header);
        text(")");
        return false;
    }
    hex_word("SPI=0x", header.be32(spi), 1);
    return true;
}

KernelDump::Next KernelDump::ipv6_protocol(std::uint8_t protocol, bool fragment, std::size_t start,
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

KernelDump::Next KernelDump::icmpv6(std::size_t start, std::size_t at) {
    const KernelHeader icmp(packet_, at);
    if (!icmp.has(8)) {
        incomplete(icmp);
        return Next::end;
    }
    number("TYPE=", icmp.u8(0));
    number("CODE=", icmp.u8(1));
    icmpv6_body(icmp, start, at);
    return Next::tail;
}

void KernelDump::icmpv6_body(const KernelHeader& icmp, std::size_t start, std::size_t at) {
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

}  // namespace nflogd::format
