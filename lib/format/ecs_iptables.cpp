// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/ecs_members.hpp"

namespace nflogd::format::ecs {
namespace {

// Of the octet of type of service, as the kernel's LOG divides it.
constexpr std::uint8_t kTos = 0x1e;
constexpr std::uint8_t kPrecedence = 0xe0;

Writer write_tcp(Writer writer, const Shown& shown) {
    const Headers& headers = shown.record.packet;
    if (shown.has(HeaderField::tcp_flags)) {
        writer.literal(R"(,"flags":)");
        writer = write_tcp_flags(writer, headers.tcp_flags);
    }
    if (shown.has(HeaderField::tcp_seq)) number(writer, R"(,"seq":)", headers.tcp_seq);
    if (shown.has(HeaderField::tcp_ack)) number(writer, R"(,"ack":)", headers.tcp_ack);
    if (shown.has(HeaderField::tcp_window)) number(writer, R"(,"window":)", headers.tcp_window);
    return writer;
}

Writer write_icmp(Writer writer, const Shown& shown) {
    const Headers& headers = shown.record.packet;
    if (shown.has(HeaderField::icmp_type)) number(writer, R"(,"type":)", headers.icmp_type);
    if (shown.has(HeaderField::icmp_code)) number(writer, R"(,"code":)", headers.icmp_code);
    if (shown.has(HeaderField::icmp_id)) number(writer, R"(,"id":)", headers.icmp_id);
    if (shown.has(HeaderField::icmp_seq)) number(writer, R"(,"seq":)", headers.icmp_seq);
    if (shown.has(HeaderField::icmp_gateway)) {
        writer.literal(R"(,"redirect":")");
        writer.ipv4(headers.icmp_gateway.data());
        writer.put('"');
    }
    return writer;
}

/// Those that are set; none: not a word.
Writer write_fragment_flags(Writer writer, const Shown& shown) {
    const bool df = shown.has(HeaderField::df) && shown.record.packet.df;
    const bool mf = shown.has(HeaderField::mf) && shown.record.packet.mf;
    if (df && mf) writer.literal(R"(,"fragment_flags":["DF","MF"])");
    if (df && !mf) writer.literal(R"(,"fragment_flags":["DF"])");
    if (!df && mf) writer.literal(R"(,"fragment_flags":["MF"])");
    return writer;
}

Writer write_tos(Writer writer, const Headers& headers) {
    if (headers.ip_version != 4) {
        number(writer, R"(,"tos":)", headers.tos);
        return writer;
    }
    number(writer, R"(,"tos":)", static_cast<std::uint8_t>(headers.tos & kTos));
    number(writer, R"(,"precedence_bits":)", static_cast<std::uint8_t>(headers.tos & kPrecedence));
    return writer;
}

Writer write_ip(Writer writer, const Shown& shown) {
    const Headers& headers = shown.record.packet;
    if (shown.has(HeaderField::length)) number(writer, R"(,"length":)", headers.length);
    if (shown.has(HeaderField::tos)) writer = write_tos(writer, headers);
    if (shown.has(HeaderField::ttl)) number(writer, R"(,"ttl":)", headers.ttl);
    if (shown.has(HeaderField::ip_id)) number(writer, R"(,"id":)", headers.ip_id);
    writer = write_fragment_flags(writer, shown);
    if (shown.has(HeaderField::fragment_offset)) {
        number(writer, R"(,"fragment_offset":)", headers.fragment_offset);
    }
    if (shown.has(HeaderField::flow_label)) {
        number(writer, R"(,"flow_label":)", headers.flow_label);
    }
    return writer;
}

}  // namespace

Writer write_iptables(Writer writer, const Shown& shown) {
    const Record& record = shown.record;
    return write_object(writer, R"(,"iptables":)", [&](Writer inside) {
        if (shown.has(Field::in_iface)) device(inside, R"(,"input_device":)", record.in_iface);
        if (shown.has(Field::out_iface)) device(inside, R"(,"output_device":)", record.out_iface);
        if (shown.has(Field::ether_type)) number(inside, R"(,"ether_type":)", record.ether_type);
        inside = write_ip(inside, shown);
        inside =
            write_object(inside, R"(,"tcp":)", [&](Writer tcp) { return write_tcp(tcp, shown); });
        inside = write_object(inside, R"(,"udp":)", [&](Writer udp) {
            if (shown.has(HeaderField::udp_length)) {
                number(udp, R"(,"length":)", record.packet.udp_length);
            }
            return udp;
        });
        return write_object(inside, R"(,"icmp":)",
                            [&](Writer icmp) { return write_icmp(icmp, shown); });
    });
}

}  // namespace nflogd::format::ecs
