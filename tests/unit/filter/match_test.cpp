// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "allocations.hpp"
#include "catch.hpp"
#include "filter/filter.hpp"

using namespace nflogd;

namespace {

/// Rule 0: "ssh-tries", drop.
const Labels& labels() {
    static const auto made = [] {
        auto table = std::make_unique<Labels>();
        table->add("ssh-tries", "drop");
        return table;
    }();
    return *made;
}

template <typename... Bits>
void set(Headers& headers, Bits... bits) {
    (headers.set(bits), ...);
}

/// A SYN from 192.0.2.1:40312 to 198.51.100.254:22 on eth0, as rule 0 logs it.
Record syn() {
    Record record{};
    record.timestamp_ns = 1'795'428'234'123'456'789;  // 2026-11-23T10:03:54.123456789Z
    record.group = 100;
    record.hook = Hook::input;
    record.in_iface = {7, {'e', 't', 'h', '0'}};
    record.src_mac = {2, 0, 0, 0, 0, 1};
    std::copy_n("ssh*tries", 9, record.prefix.begin());
    record.prefix_length = 9;
    record.mark = 0x11;
    record.ether_type = 0x0800;
    for (const auto field :
         {Field::timestamp, Field::group, Field::rule, Field::action, Field::prefix, Field::hook,
          Field::in_iface, Field::mark, Field::src_mac, Field::ether_type}) {
        record.set(field);
    }
    Headers& packet = record.packet;
    packet.ip_version = 4;
    packet.src_ip.bytes = {192, 0, 2, 1};
    packet.dest_ip.bytes = {198, 51, 100, 254};
    packet.proto_number = 6;
    packet.ttl = 64;
    packet.src_port = 40312;
    packet.dest_port = 22;
    packet.tcp_flags = kTcpSyn | kTcpEce;
    packet.df = true;
    set(packet, HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip,
        HeaderField::proto, HeaderField::proto_number, HeaderField::ttl, HeaderField::src_port,
        HeaderField::dest_port, HeaderField::tcp_flags, HeaderField::df, HeaderField::mf);
    return record;
}

/// An ICMPv6 error without a rule, about a datagram to port 53.
Record icmp_error() {
    Record record{};
    record.malformed = Malformed::udp_length;
    record.set(Field::malformed);
    record.set_truncated();
    record.out_iface = {12, {}};
    record.set(Field::out_iface);
    record.packet.ip_version = 6;
    record.packet.src_ip.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 1};
    record.packet.src_ip.bytes[15] = 1;
    set(record.packet, HeaderField::ip_version, HeaderField::src_ip);
    record.quotes = true;
    record.inner.ip_version = 6;
    record.inner.dest_port = 53;
    record.inner.dest_ip.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 2};
    set(record.inner, HeaderField::ip_version, HeaderField::dest_port, HeaderField::dest_ip);
    return record;
}

bool takes(const char* text, const Record& record) {
    auto compiled = filter::parse(text);
    if (!compiled.ok()) FAIL(text << ": " << compiled.error().message);
    return compiled->matches(record, labels());
}

struct Row {
    const char* text;
    bool taken;
};

void check(const Record& record, std::initializer_list<Row> rows) {
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(takes(row.text, record) == row.taken);
    }
}

}  // namespace

TEST_CASE("no filter takes everything") {
    CHECK(filter::Filter().matches(syn(), labels()));
    CHECK(filter::Filter().matches(Record{}, labels()));
}

TEST_CASE("every type of field is compared as records print it") {
    check(syn(), {{"action == drop", true},
                  {"action != drop", false},
                  {"action in {accept, reject}", false},
                  {"rule == ssh-tries", true},
                  {"rule == \"ssh-*\"", true},
                  {"rule == *-*r*s", true},
                  {"rule == ssh", false},
                  {"rule == *x*", false},
                  {"rule not in {a, b}", true},
                  {"prefix == 'ssh\\*tries'", true},
                  {"rule == 'ssh\\*tries'", false},
                  {"hook == input", true},
                  {"hook in {forward, output}", false},
                  {"in_iface == eth0", true},
                  {"in_iface == eth*", true},
                  {"in_iface == eth", false},
                  {"group == 100", true},
                  {"mark == 17", true},
                  {"mark in {0x10-0x1f}", true},
                  {"mark != 0x11", false},
                  {"ether_type == 0x0800", true},
                  {"src_mac == 02:00:00:00:00:01", true},
                  {"src_mac == 02:00:00:00:00:00/40", true},
                  {"mac != 02:00:00:00:00:01", false},
                  {"proto == tcp", true},
                  {"proto == 6", true},
                  {"proto in {udp, icmp}", false},
                  {"ttl < 64", false},
                  {"ttl <= 64", true},
                  {"ttl > 63", true},
                  {"ttl >= 65", false},
                  {"df", true},
                  {"mf", false},
                  {"mf == false", true},
                  {"df != true", false}});
}

TEST_CASE("times are compared to the microsecond that is printed") {
    check(syn(), {{"timestamp == 2026-11-23T10:03:54.123456Z", true},
                  {"timestamp == 2026-11-23T11:03:54.123456+01:00", true},
                  {"timestamp == 2026-11-23T10:03:54.123457Z", false},
                  {"timestamp <= 2026-11-23T10:03:54.123456Z", true},
                  {"timestamp < 2026-11-23T10:03:54.123456Z", false},
                  {"timestamp > 2026-11-23T10:03:54.123456Z", false},
                  {"timestamp > 2026-11-23T10:03:54Z", true},
                  {"timestamp >= 2026-11-24T00:00:00Z", false}});
}

TEST_CASE("addresses") {
    check(syn(), {{"src_ip == 192.0.2.1", true},
                  {"src_ip == 192.0.2.0/24", true},
                  {"src_ip == 192.0.2.2-192.0.2.9", false},
                  {"src_ip == 192.0.1.255-192.0.2.9", true},
                  {"src_ip == ::/0", false},
                  {"src_ip == 0.0.0.0/0", true},
                  {"src_ip in {10.0.0.0/8, 2001:db8::/32, 192.0.2.0/31}", true},
                  {"src_ip in {10.0.0.0/8, 192.0.0.0/16, 10.1.0.0/16, 192.0.2.0/24}", true},
                  {"ip == 198.51.100.0/24", true},
                  {"ip == 10.0.0.0/8", false}});
    check(icmp_error(), {{"src_ip == 2001:db8:1::1", true},
                         {"src_ip == 2001:db8:1::/48", true},
                         {"src_ip == 2001:db8:1::/127", true},
                         {"src_ip == 2001:db8:1::2-2001:db8:1::9", false},
                         {"src_ip == 0.0.0.0/0", false},
                         {"ip != 10.0.0.0/8", true}});
}

TEST_CASE("either side: one is enough, and unequal is what neither is") {
    check(syn(), {{"port == 22", true},
                  {"port == 40312", true},
                  {"port == 80", false},
                  {"port != 22", false},
                  {"port != 80", true},
                  {"port not in {80, 443}", true},
                  {"port not in {443, 40312}", false},
                  {"port < 1024", true},
                  {"port > 40312", false},
                  {"iface == eth0", true},
                  {"ip", true}});
}

TEST_CASE("TCP flags: a flag is one of them") {
    check(syn(), {{"tcp_flags == SYN", true},
                  {"tcp_flags == ece", true},
                  {"tcp_flags == ACK", false},
                  {"tcp_flags != ACK", true},
                  {"tcp_flags != SYN", false},
                  {"tcp_flags in {FIN, RST, ECE}", true},
                  {"tcp_flags not in {FIN, RST}", true}});
    Record none = syn();
    none.packet.tcp_flags = 0;
    check(none, {{"tcp_flags", true}, {"tcp_flags == SYN", false}, {"tcp_flags != SYN", true}});
}

TEST_CASE("ranges of a set are joined, whatever their order") {
    check(syn(), {{"dest_port in {22, 80, 8000-8100}", true},
                  {"dest_port in {8000-8100, 80, 23, 1-21}", false},
                  {"dest_port in {20-30, 25, 1-21, 21-22}", true},
                  {"dest_port in {100-200, 0-65535, 5}", true},
                  {"seq in {0-4294967295}", false},
                  {"src_port in {1-10, 40000-50000, 60000}", true}});
}

TEST_CASE("what is absent makes every comparison false, and only `not` turns that round") {
    check(icmp_error(), {{"action == drop", false},
                         {"action != drop", false},
                         {"rule not in {a}", false},
                         {"not action == drop", true},
                         {"action", false},
                         {"!action", true},
                         {"dest_port < 1024", false},
                         {"dest_port >= 1024", false},
                         {"port != 22", false},
                         {"tcp_flags != SYN", false},
                         {"mac != 02:00:00:00:00:01", false},
                         {"timestamp > 1970-01-01T00:00:00Z", false},
                         {"df == false", false},
                         {"not df", true}});
}

TEST_CASE("the quoted packet, remarks, and interfaces without a name") {
    check(icmp_error(), {{"inner.dest_port == 53", true},
                         {"inner.port == 53", true},
                         {"inner.ip == 2001:db8:2::/48", true},
                         {"dest_port == 53", false},
                         {"inner.src_port", false},
                         {"truncated", true},
                         {"malformed", true},
                         {"malformed == \"UDP length*\"", true},
                         {"malformed == \"wrong IP version\"", false},
                         {"out_iface == if12", true},
                         {"out_iface == if*", true},
                         {"iface == if1", false}});
    Record record = icmp_error();
    record.quotes = false;  // what inner holds is not there
    check(record, {{"inner.dest_port", false}, {"inner.dest_port != 1", false}});
}

TEST_CASE("and binds before or, not before both") {
    check(syn(), {{"df or df and mf", true},
                  {"(df or df) and mf", false},
                  {"mf and df or df", true},
                  {"mf and (df or df)", false},
                  {"not mf and df", true},
                  {"not (mf and df)", true},
                  {"not (mf or df)", false},
                  {"not mf or mf", true},
                  {"!(!(df && !mf) || mf) && df", true},
                  {"mf || mf || mf || df", true},
                  {"df && df && df && mf", false}});
}

TEST_CASE("a pattern with many wildcards takes time by the lengths, not more") {
    Record record = syn();
    record.prefix.fill('a');
    record.prefix_length = Record::kMaxPrefix;
    std::string text = "prefix == \"";
    for (int i = 0; i < 120; ++i) text += "*a";
    CHECK(takes((text + "*\"").c_str(), record));
    CHECK_FALSE(takes((text + "*b\"").c_str(), record));
    CHECK_FALSE(takes((text + "*a*a*a*a*a*a*a*a*a\"").c_str(), record));
}

TEST_CASE("10,000 packets are filtered without an allocation") {
    const auto compiled = filter::parse(
        "rule == *tries and in_iface in {lo, eth*} and src_ip in {10.0.0.0/8, 192.0.2.0/24} and "
        "(port in {80, 443} or not malformed == '*x*') and timestamp > 2020-01-01T00:00:00Z");
    REQUIRE(compiled.ok());
    const Record records[] = {syn(), icmp_error()};
    const auto before = allocations();
    std::size_t taken = 0;
    for (std::size_t i = 0; i < 10000; ++i) {
        if (compiled->matches(records[i % 2], labels())) ++taken;
    }
    REQUIRE(allocations() == before);
    REQUIRE(taken == 5000);
}
