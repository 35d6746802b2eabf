// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/kernel_packet.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "format/kernel_dump.hpp"

namespace nflogd::format {

KernelDump::Next KernelDump::tcp(bool fragment, std::size_t at) {
    constexpr std::size_t kSize = 20;
    text("PROTO=TCP ");
    if (fragment) return Next::tail;
    const KernelHeader tcp(packet_, at);
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

void KernelDump::tcp_flags(const KernelHeader& tcp) {
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

KernelDump::Next KernelDump::udp(std::uint8_t protocol, bool fragment, std::size_t at) {
    text(protocol == IPPROTO_UDP ? "PROTO=UDP " : "PROTO=UDPLITE ");
    if (fragment) return Next::tail;
    const KernelHeader udp(packet_, at);
    if (!udp.has(8)) {
        incomplete(udp);
        return Next::end;
    }
    number("SPT=", udp.be16(0));
    number("DPT=", udp.be16(2));
    number("LEN=", udp.be16(4));
    return Next::tail;
}

void KernelDump::tail() {
    if (context_.flags.uid && context_.uid && context_.gid) {
        number("UID=", *context_.uid);
        number("GID=", *context_.gid);
    }
    if (context_.mark != 0) hex_word("MARK=0x", context_.mark, 1);
}

void KernelDump::arp() {
    const KernelHeader arp(packet_, 0);
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

Writer write_kernel_ipv4(Writer writer, Bytes packet, const KernelContext& context) {
    KernelDump dump(writer, packet, context);
    dump.ipv4(0);
    return dump.writer();
}

Writer write_kernel_ipv6(Writer writer, Bytes packet, const KernelContext& context) {
    KernelDump dump(writer, packet, context);
    dump.ipv6(0);
    return dump.writer();
}

Writer write_kernel_arp(Writer writer, Bytes packet) {
    const KernelContext none;
    KernelDump dump(writer, packet, none);
    dump.arp();
    return dump.writer();
}

}  // namespace nflogd::format