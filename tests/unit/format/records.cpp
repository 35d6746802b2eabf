// SPDX-License-Identifier: GPL-2.0-or-later
#include "records.hpp"

#include <algorithm>

#include "core/fields.hpp"

namespace nflogd::fakes {
namespace {

constexpr std::uint64_t kTime = 1795428234'123456789;  // 2026-11-23T10:03:54.123456789Z

void set_ip4(Headers& headers, std::uint8_t protocol) {
    headers.ip_version = 4;
    headers.src_ip.bytes = {192, 0, 2, 1};
    headers.dest_ip.bytes = {198, 51, 100, 254};
    headers.proto_number = protocol;
    headers.length = 60;
    headers.ttl = 64;
    headers.tos = 0;
    headers.ip_id = 41019;
    headers.df = true;
    headers.mf = false;
    headers.fragment_offset = 0;
    for (const auto field :
         {HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip, HeaderField::proto,
          HeaderField::proto_number, HeaderField::length, HeaderField::ttl, HeaderField::tos,
          HeaderField::ip_id, HeaderField::df, HeaderField::mf, HeaderField::fragment_offset}) {
        headers.set(field);
    }
}

void set_ports(Headers& headers, std::uint16_t source, std::uint16_t destination) {
    headers.src_port = source;
    headers.dest_port = destination;
    headers.set(HeaderField::src_port);
    headers.set(HeaderField::dest_port);
}

void set_interface(Record& record, Field field, Interface& interface, std::string_view name) {
    interface.index = 7;
    interface.name.fill('\0');
    std::copy(name.begin(), name.end(), interface.name.begin());
    record.set(field);
}

void set_prefix(Record& record, std::string_view prefix) {
    std::copy(prefix.begin(), prefix.end(), record.prefix.begin());
    record.prefix_length = static_cast<std::uint8_t>(prefix.size());
    record.set(Field::prefix);
}

Record base() {
    Record record;
    record.clear();
    record.timestamp_ns = kTime;
    record.set(Field::timestamp);
    record.group = 100;
    record.set(Field::group);
    record.seq = 4294967295;
    record.set(Field::seq);
    return record;
}

Record tcp() {
    Record record = base();
    record.rule = 0;
    record.set(Field::rule);
    record.set(Field::action);
    set_prefix(record, "ssh-tries");
    record.hook = Hook::input;
    record.set(Field::hook);
    set_interface(record, Field::in_iface, record.in_iface, "wan0");
    record.src_mac = {0xe6, 0x9a, 0x26, 0x53, 0x72, 0x9b};
    record.set(Field::src_mac);
    record.dest_mac = {0xda, 0xbc, 0xf7, 0x18, 0x65, 0xfd};
    record.set(Field::dest_mac);
    record.ether_type = 0x0800;
    record.set(Field::ether_type);
    record.payload_length = 60;
    record.set(Field::payload_length);
    Headers& headers = record.packet;
    set_ip4(headers, 6);
    set_ports(headers, 40312, 22);
    headers.tcp_flags = kTcpSyn | kTcpEce | kTcpCwr;
    headers.set(HeaderField::tcp_flags);
    headers.tcp_seq = 1411513040;
    headers.set(HeaderField::tcp_seq);
    headers.tcp_ack = 0;
    headers.set(HeaderField::tcp_ack);
    headers.tcp_window = 64240;
    headers.set(HeaderField::tcp_window);
    return record;
}

Record udp6() {
    Record record = base();
    set_prefix(record, "theirs");
    record.hook = Hook::forward;
    record.set(Field::hook);
    set_interface(record, Field::in_iface, record.in_iface, "lan0");
    set_interface(record, Field::out_iface, record.out_iface, "");
    record.mark = 0xd4;
    record.set(Field::mark);
    Headers& headers = record.packet;
    headers.ip_version = 6;
    headers.src_ip.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    headers.dest_ip.bytes = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb};
    headers.proto_number = 17;
    headers.length = 101;
    headers.ttl = 255;
    headers.tos = 0xb8;
    headers.flow_label = 0xabcde;
    headers.udp_length = 61;
    set_ports(headers, 5353, 5353);
    for (const auto field :
         {HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip, HeaderField::proto,
          HeaderField::proto_number, HeaderField::length, HeaderField::ttl, HeaderField::tos,
          HeaderField::flow_label, HeaderField::udp_length}) {
        headers.set(field);
    }
    return record;
}

Record icmp_error() {
    Record record = base();
    set_ip4(record.packet, 1);
    record.packet.icmp_type = 3;
    record.packet.set(HeaderField::icmp_type);
    record.packet.icmp_code = 4;
    record.packet.set(HeaderField::icmp_code);
    record.packet.icmp_mtu = 1280;
    record.packet.set(HeaderField::icmp_mtu);
    record.quotes = true;
    set_ip4(record.inner, 17);
    set_ports(record.inner, 4000, 53);
    return record;
}

Record arp() {
    Record record = base();
    record.vlan_id = 42;
    record.set(Field::vlan_id);
    record.ether_type = 0x0806;
    record.set(Field::ether_type);
    Headers& headers = record.packet;
    headers.arp_op = 1;
    headers.arp_src_mac = {2, 0, 0, 0, 0, 0x0a};
    headers.arp_src_ip = {192, 0, 2, 10};
    headers.arp_dest_mac = {};
    headers.arp_dest_ip = {192, 0, 2, 11};
    for (const auto field : {HeaderField::arp_op, HeaderField::arp_src_mac, HeaderField::arp_src_ip,
                             HeaderField::arp_dest_mac, HeaderField::arp_dest_ip}) {
        headers.set(field);
    }
    return record;
}

Record arp_reply() {
    Record record = arp();
    record.packet.arp_op = 2;
    return record;
}

Record arp_cut() {
    Record record = base();
    record.packet.arp_op = 9;
    record.packet.set(HeaderField::arp_op);
    record.set_truncated();
    return record;
}

Record fragment() {
    Record record = base();
    set_ip4(record.packet, 17);
    record.packet.fragment_offset = 185;
    record.packet.mf = true;
    return record;
}

Record esp_from_a_user() {
    Record record = base();
    record.rule = 1;
    record.set(Field::rule);
    record.set(Field::action);
    record.uid = 1000;
    record.set(Field::uid);
    record.gid = 100;
    record.set(Field::gid);
    set_interface(record, Field::out_iface, record.out_iface, "tun\"\x1b");
    set_ip4(record.packet, 50);
    record.packet.spi = 0x1001;
    record.packet.set(HeaderField::spi);
    return record;
}

Record broken() {
    Record record = base();
    set_prefix(record, "bad\n\xff");
    record.set_truncated();
    record.set_malformed(Malformed::tcp_data_offset);
    record.packet.ip_version = 4;
    record.packet.set(HeaderField::ip_version);
    record.packet.proto_number = 253;
    record.packet.set(HeaderField::proto_number);
    return record;
}

Record nearly_nothing() {
    Record record;
    record.clear();
    record.timestamp_ns = 0;
    record.set(Field::timestamp);
    return record;
}

Record icmp6(std::uint8_t type, std::uint8_t code) {
    Record record = base();
    record.packet = udp6().packet;
    record.packet.present &= ~((std::uint64_t{1} << static_cast<unsigned>(HeaderField::src_port)) |
                               (std::uint64_t{1} << static_cast<unsigned>(HeaderField::dest_port)));
    record.packet.proto_number = 58;
    record.packet.icmp_type = type;
    record.packet.set(HeaderField::icmp_type);
    record.packet.icmp_code = code;
    record.packet.set(HeaderField::icmp_code);
    record.packet.icmp_id = 9;
    record.packet.set(HeaderField::icmp_id);
    record.packet.icmp_seq = 10;
    record.packet.set(HeaderField::icmp_seq);
    return record;
}

Record redirect() {
    Record record = base();
    set_ip4(record.packet, 1);
    record.packet.icmp_type = 5;
    record.packet.set(HeaderField::icmp_type);
    record.packet.icmp_gateway = {192, 0, 2, 77};
    record.packet.set(HeaderField::icmp_gateway);
    return record;
}

/// Logged by a rule that is not ours, of which everything is known.
Record rule_of_others() {
    Record record = udp6();
    record.present &= ~(std::uint64_t{1} << static_cast<unsigned>(Field::rule));
    record.rule = 2;
    for (const Field field : {Field::action, Field::table, Field::chain, Field::rule_handle,
                              Field::ruleset, Field::rule_id, Field::zone, Field::rule_comment}) {
        record.set(field);
    }
    return record;
}

}  // namespace

const Labels& example_labels() {
    static const auto labels = [] {
        auto made = std::make_unique<Labels>();
        made->add("ssh-tries", "drop");
        made->add("a \"quoted\" name\\", "accept");
        RuleLabel theirs;
        theirs.texts = {"",          "reject", "inet fw", "wan_in",    "42",
                        "WAN_LOCAL", "4000",   "wan",     "no \"ssh\""};
        made->add(Labels::Finder::configuration, theirs);
        return made;
    }();
    return *labels;
}

std::vector<NamedRecord> example_records() {
    return {{"tcp", tcp()},
            {"udp6", udp6()},
            {"icmp-error", icmp_error()},
            {"icmp-redirect", redirect()},
            {"icmpv6-echo", icmp6(128, 0)},
            {"icmpv6-unknown", icmp6(200, 1)},
            {"arp", arp()},
            {"arp-reply", arp_reply()},
            {"arp-cut", arp_cut()},
            {"fragment", fragment()},
            {"esp-from-a-user", esp_from_a_user()},
            {"broken", broken()},
            {"rule-of-others", rule_of_others()},
            {"nearly-nothing", nearly_nothing()}};
}

Record random_record(std::mt19937& random) {
    Record record;
    auto* bytes = reinterpret_cast<unsigned char*>(&record);
    for (std::size_t i = 0; i < sizeof record; ++i) bytes[i] = static_cast<unsigned char>(random());
    const auto bits = [&](std::size_t count) {
        return (std::uint64_t{random()} << 32 | random()) & ((std::uint64_t{1} << count) - 1);
    };
    record.present = bits(kEnvelopeFields.size());
    record.set(Field::timestamp);
    record.prefix_length = static_cast<std::uint8_t>(random() % (Record::kMaxPrefix + 1));
    record.rule = static_cast<std::uint16_t>(random() % 2);
    record.hook = static_cast<Hook>(random() % 7);
    record.malformed = static_cast<Malformed>(random() % 13);
    record.truncated = random() % 2 == 0;
    record.quotes = random() % 2 == 0;
    for (Headers* headers : {&record.packet, &record.inner}) {
        headers->present = bits(kHeaderFields.size());
        headers->ip_version = random() % 2 == 0 ? 4 : 6;
        headers->df = random() % 2 == 0;
        headers->mf = random() % 2 == 0;
    }
    return record;
}

std::string hostile_text(std::size_t length) { return std::string(length, '\xff'); }

Record longest_record() {
    Record record;
    auto* bytes = reinterpret_cast<unsigned char*>(&record);
    std::fill_n(bytes, sizeof record, static_cast<unsigned char>(0xff));
    record.present = (std::uint64_t{1} << kEnvelopeFields.size()) - 1;
    record.prefix_length = Record::kMaxPrefix;
    record.rule = 0;
    record.hook = Hook::postrouting;
    record.malformed = Malformed::arp_header;
    record.truncated = true;
    record.quotes = true;
    for (Headers* headers : {&record.packet, &record.inner}) {
        headers->present = (std::uint64_t{1} << kHeaderFields.size()) - 1;
        headers->ip_version = 6;
        headers->proto_number = 136;
        headers->df = false;
        headers->mf = false;
    }
    return record;
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

std::string format_packet(format::Formatter& formatter, const Record& record) {
    std::string out(format::kMaxPacketText, '\0');
    out.resize(formatter.packet(record, out));
    return out;
}

}  // namespace nflogd::fakes
