// SPDX-License-Identifier: GPL-2.0-or-later
// Before macros of the system that would rename our fields.
#include "format/kernel_dump.hpp"

#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

#include <array>

namespace nflogd::format {

void KernelDump::ipv4(std::size_t start) {
    const KernelHeader ip(packet_, start);
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

void KernelDump::ipv4_options(const KernelHeader& ip, std::size_t options) {
    text("OPT (");
    octets(ip, sizeof(iphdr), options);
    text(") ");
}

KernelDump::Next KernelDump::ipv4_protocol(std::uint8_t protocol, bool fragment, std::size_t start,
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

void KernelDump::security(std::string_view name, bool fragment, std::size_t at, std::size_t size,
                          std::size_t spi) {
    text(name);
    if (fragment) return;
    const KernelHeader header(packet_, at);
    if (!header.has(size)) return incomplete(header);
    hex_word("SPI=0x", header.be32(spi), 1);
}

void KernelDump::icmp(std::size_t start, std::size_t at) {
    constexpr std::array<std::uint8_t, 19> kRequired = {4, 0,  0,  28, 28, 28, 0, 0,  4, 0,
                                                        0, 28, 28, 20, 20, 0,  0, 12, 12};
    const KernelHeader icmp(packet_, at);
    if (!icmp.has(8)) return incomplete(icmp);
    const std::uint8_t type = icmp.u8(0);
    number("TYPE=", type);
    number("CODE=", icmp.u8(1));
    if (type < kRequired.size() && !icmp.has(kRequired[type])) return incomplete(icmp);
    icmp_body(icmp, start, at);
}

void KernelDump::icmp_body(const KernelHeader& icmp, std::size_t start, std::size_t at) {
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

}  // namespace nflogd::format
