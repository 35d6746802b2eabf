// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/filter.hpp"

#include <functional>
#include <random>

#include "allocations.hpp"
#include "catch.hpp"

using namespace nflogd;
using filter::Filter;

namespace {

struct Example {
    Labels labels;
    Record record;

    Example() {
        record.clear();
        record.rule = *labels.add("input-new", "drop");
        record.set(Field::rule);
        record.set(Field::action);
        record.group = 100;
        record.set(Field::group);
        record.hook = Hook::input;
        record.set(Field::hook);
        record.in_iface = {3, {"ppp0"}};
        record.set(Field::in_iface);
        record.out_iface = {9, {}};
        record.set(Field::out_iface);
        record.src_mac = {0x02, 0, 0, 0, 0, 0x2a};
        record.set(Field::src_mac);
        record.ether_type = 0x0800;
        record.set(Field::ether_type);
        put_prefix("[x] DROP");
        headers(record.packet, {192, 0, 2, 7}, {10, 1, 2, 3}, 40000, 22);
        record.packet.tcp_flags = kTcpSyn | kTcpEce;
        record.packet.set(HeaderField::tcp_flags);
        record.packet.df = true;
        record.packet.set(HeaderField::df);
        record.packet.mf = false;
        record.packet.set(HeaderField::mf);
    }
    void put_prefix(std::string_view text) {
        record.prefix_length = static_cast<std::uint8_t>(text.copy(record.prefix.data(), 128));
        record.set(Field::prefix);
    }
    static void headers(Headers& headers, Ipv4Address from, Ipv4Address to, std::uint16_t sport,
                        std::uint16_t dport) {
        headers.ip_version = 4;
        std::copy(from.begin(), from.end(), headers.src_ip.bytes.begin());
        std::copy(to.begin(), to.end(), headers.dest_ip.bytes.begin());
        headers.proto_number = 6;
        headers.src_port = sport;
        headers.dest_port = dport;
        for (const HeaderField field :
             {HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip,
              HeaderField::proto, HeaderField::proto_number, HeaderField::src_port,
              HeaderField::dest_port}) {
            headers.set(field);
        }
    }
    [[nodiscard]] bool matches(const std::string& text) const {
        const auto filter = Filter::parse(text);
        if (!filter) FAIL(text << ": " << filter.error().message);
        return filter->matches(record, labels);
    }
};

}  // namespace

TEST_CASE("each type of field is compared as what it is") {
    const Example example;
    for (const char* text : {"",
                             "rule == input-new",
                             "rule == input-*",
                             "rule in {a, input-new}",
                             "action == drop",
                             "action != accept",
                             "action in {drop, reject}",
                             "prefix == '[x] DROP'",
                             "prefix == '*DROP*'",
                             "hook == input",
                             "hook in {forward, input}",
                             "hook != output",
                             "in_iface == ppp0",
                             "in_iface == 'ppp*'",
                             "out_iface == if9",
                             "iface == ppp0",
                             "iface == if9",
                             "group == 100",
                             "group in {1, 100-200}",
                             "src_mac == 02:00:00:00:00:2A",
                             "mac == 02:00:00:00:00:2a",
                             "ether_type == 0x800",
                             "ip_version == 4",
                             "src_ip == 192.0.2.7",
                             "src_ip == 192.0.2.0/29",
                             "dest_ip == 10.0.0.0/8",
                             "dest_ip == 0.0.0.0/0",
                             "ip == 10.1.2.3",
                             "ip == 192.0.2.7",
                             "ip in {1.1.1.1, 10.1.2.3}",
                             "ip != 1.1.1.1",
                             "proto == tcp",
                             "proto in {udp, tcp}",
                             "proto != udp",
                             "proto_number == 6",
                             "dest_port == 22",
                             "port == 22",
                             "port == 40000",
                             "port != 80",
                             "dest_port <= 22",
                             "dest_port >= 22",
                             "dest_port < 23",
                             "dest_port > 21",
                             "dest_port in {80, 20-25}",
                             "src_port > 32767",
                             "tcp_flags == SYN+ECE",
                             "tcp_flags has SYN",
                             "tcp_flags has ECE+SYN",
                             "tcp_flags != SYN",
                             "df",
                             "df == true",
                             "not mf",
                             "mf == false",
                             "src_port",
                             "not icmp_type",
                             "not inner.src_ip",
                             "proto == tcp and dest_port == 22",
                             "dest_port == 80 or dest_port == 22",
                             "not (dest_port == 80)",
                             "!(dest_port == 80 || proto == udp) && df",
                             "dest_port == 80 and df or dest_port == 22",
                             "not not df"}) {
        CAPTURE(text);
        CHECK(example.matches(text));
    }
    for (const char* text : {"rule == input",
                             "rule != input-new",
                             "action == accept",
                             "prefix == 'DROP*'",
                             "hook == output",
                             "in_iface == ppp1",
                             "in_iface != ppp0",
                             "out_iface == ''",
                             "iface != ppp0",
                             "group == 101",
                             "src_mac == 02:00:00:00:00:2b",
                             "ip_version == 6",
                             "src_ip == 192.0.2.8",
                             "src_ip == 192.0.2.0/30",
                             "src_ip == ::/0",
                             "ip != 10.1.2.3",
                             "proto == udp",
                             "dest_port == 23",
                             "port != 22",
                             "dest_port < 22",
                             "dest_port > 22",
                             "dest_port < 0",
                             "tcp_flags == SYN",
                             "tcp_flags has ACK",
                             "tcp_flags has SYN+ACK",
                             "tcp_flags == none",
                             "mf",
                             "df != true",
                             "not src_port",
                             "icmp_type",
                             "proto == tcp and dest_port == 23",
                             "dest_port == 80 or dest_port == 23",
                             "dest_port == 22 and (df and mf)"}) {
        CAPTURE(text);
        CHECK_FALSE(example.matches(text));
    }
}

TEST_CASE("a field that is absent fits nothing, not even what it is not") {
    const Example example;
    for (const char* text : {"icmp_type == 0", "icmp_type != 0", "icmp_type >= 0", "mark == 0",
                             "phys_in == '*'", "phys_in != eth0", "malformed != x",
                             "icmp_gateway != 1.1.1.1", "inner.src_ip != 1.1.1.1"}) {
        CAPTURE(text);
        CHECK_FALSE(example.matches(text));
        CHECK(example.matches("not (" + std::string(text) + ")"));
    }
}

TEST_CASE("of two fields, neither may be what != names, and one is to be there") {
    Example example;
    CHECK(example.matches("port != 80"));
    CHECK_FALSE(example.matches("port != 22"));
    Record& record = example.record;
    record.present &= ~(std::uint64_t{1} << static_cast<unsigned>(Field::out_iface));
    CHECK(example.matches("iface != lo"));
    CHECK_FALSE(example.matches("iface != ppp0"));
    record.present &= ~(std::uint64_t{1} << static_cast<unsigned>(Field::in_iface));
    CHECK_FALSE(example.matches("iface != lo"));
    CHECK(example.matches("not iface == lo"));
}

TEST_CASE("the quoted packet is looked at by its own names") {
    Example example;
    Example::headers(example.record.inner, {10, 1, 2, 3}, {203, 0, 113, 9}, 5353, 53);
    CHECK_FALSE(example.matches("inner.dest_port == 53"));
    example.record.quotes = true;
    CHECK(example.matches("inner.dest_port == 53 and inner.ip == 203.0.113.0/24"));
    CHECK_FALSE(example.matches("dest_port == 53"));
}

TEST_CASE("addresses of IPv6, to the bit") {
    Example example;
    auto& packet = example.record.packet;
    packet.ip_version = 6;
    packet.src_ip.bytes = {0x20, 0x01, 0x0d, 0xb8, 0xff};
    CHECK(example.matches("src_ip == 2001:db8:ff00::"));
    CHECK(example.matches("src_ip == 2001:db8::/32"));
    CHECK(example.matches("src_ip == 2001:db8:fe00::/39"));
    CHECK_FALSE(example.matches("src_ip == 2001:db8:fe00::/40"));
    CHECK_FALSE(example.matches("src_ip == 32.1.13.184"));
    CHECK_FALSE(example.matches("src_ip == 0.0.0.0/0"));
}

TEST_CASE("and, or and not mean what they mean, however they are put together") {
    Example example;
    std::mt19937 random(7);
    // Leaves with a known value: df is true, mf is false.
    const std::function<std::pair<std::string, bool>(int)> make = [&](int depth) {
        const auto kind = depth == 0 ? random() % 2 : random() % 5;
        if (kind == 0) return std::pair<std::string, bool>("df", true);
        if (kind == 1) return std::pair<std::string, bool>("mf", false);
        const auto left = make(depth - 1);
        if (kind == 2) return std::pair("not (" + left.first + ")", !left.second);
        const auto right = make(depth - 1);
        if (kind == 3) {
            return std::pair("(" + left.first + ") and " + "(" + right.first + ")",
                             left.second && right.second);
        }
        return std::pair("(" + left.first + ") or (" + right.first + ")",
                         left.second || right.second);
    };
    for (int i = 0; i < 2000; ++i) {
        const auto [text, value] = make(5);
        CAPTURE(text);
        REQUIRE(example.matches(text) == value);
    }
}

TEST_CASE("matching allocates nothing") {
    const Example example;
    const auto filter = Filter::parse(
        "rule == 'input-*' and out_iface == if9 and prefix == '*DROP' and ip == 10.0.0.0/8");
    const std::size_t before = allocations();
    bool all = true;
    for (int i = 0; i < 1000; ++i) all = filter->matches(example.record, example.labels) && all;
    CHECK(all);
    CHECK(allocations() == before);
}
