// SPDX-License-Identifier: GPL-2.0-or-later
#include "catch.hpp"
#include "filter/filter.hpp"

using namespace nflogd;
using filter::Filter;

namespace {

struct Bad {
    std::string text;
    std::string message;
};

}  // namespace

TEST_CASE("what is wrong is told with its place") {
    const Bad bads[] = {
        {"dest_prot == 22", "column 1: unknown field 'dest_prot' (did you mean 'dest_port'?)"},
        {"proto == tcp and dst_ip == 1.2.3.4",
         "column 18: unknown field 'dst_ip' (did you mean 'dest_ip'?)"},
        {"dest_port == http", "column 14: 'http' is no number, or range as in 1000-2000"},
        {"dest_port == 70000", "column 14: 70000 is more than dest_port can be (65535)"},
        {"dest_port == 9-5", "column 14: '9-5' is no number, or range as in 1000-2000"},
        {"src_ip == 10.0.0.0/33",
         "column 11: '10.0.0.0/33' is no address or prefix, as in 192.0.2.0/24"},
        {"src_ip == fe80::/129",
         "column 11: 'fe80::/129' is no address or prefix, as in 192.0.2.0/24"},
        {"icmp_gateway == ::1", "column 17: icmp_gateway is always an IPv4 address"},
        {"proto == tpc", "column 10: 'tpc' is no name of a protocol; proto_number takes numbers"},
        {"hook == in", "column 9: 'in' is no hook"},
        {"action == dorp",
         "column 11: unknown action 'dorp' (did you mean 'drop'? known: log, accept, drop, "
         "reject)"},
        {"src_mac == 00:11:22:33:44", "column 12: '00:11:22:33:44' is no MAC address"},
        {"src_mac == 00:11:22:33:44:5g", "column 12: '00:11:22:33:44:5g' is no MAC address"},
        {"tcp_flags == syn", "column 14: 'syn' is no list of TCP flags, as in SYN+ACK"},
        {"df == yes", "column 7: 'yes' is no true or false"},
        {"timestamp > 5", "column 1: timestamp cannot be compared"},
        {"rule < ssh", "column 6: rule is no number"},
        {"src_ip > 10.0.0.1", "column 8: src_ip is no number"},
        {"dest_port has 22", "column 11: 'has' is for tcp_flags only"},
        {"dest_port ==", "column 13: the end where a value is expected"},
        {"dest_port == )", "column 14: ')' where a value is expected"},
        {"dest_port in 22", "column 14: '22' where '{' is expected"},
        {"dest_port in {22", "column 17: the end where ',' or '}' is expected"},
        {"dest_port in {}", "column 15: '}' where a value is expected"},
        {"(dest_port == 22", "column 17: the end where ')' for the '(' at column 1 is expected"},
        {"dest_port == 22 dest_port == 23",
         "column 17: 'dest_port' where 'and', 'or' or the end is expected"},
        {"and", "column 1: unknown field 'and'"},
        {"not", "column 4: the end where the name of a field is expected"},
        {"rule == \"open", "column 9: this text has no end"},
        {"rule == $x", "column 9: '$' is nothing here; texts stand in quotes"},
        {"\"rule\" == x", "column 1: 'rule' where the name of a field is expected"},
        {std::string("rule == \x01"), "column 9: '\\x01' is nothing here; texts stand in quotes"},
        {"inner.rule == x", "column 1: unknown field 'inner.rule'"},
    };
    for (const Bad& bad : bads) {
        CAPTURE(bad.text);
        const auto filter = Filter::parse(bad.text);
        REQUIRE_FALSE(filter.ok());
        CHECK_THAT(filter.error().message, Catch::Matchers::StartsWith(bad.message));
        CHECK(filter.error().exit_code == EX_USAGE);
    }
}

TEST_CASE("good expressions are taken") {
    for (const char* text : {"",
                             "  ",
                             "df",
                             "not df",
                             "!df",
                             "! ! df",
                             "rule",
                             "inner.src_ip",
                             "dest_port == 22",
                             "dest_port=22",
                             "dest_port in {22, 80,8000-8100}",
                             "dest_port==0x16",
                             "proto == tcp && (src_ip == 10.0.0.0/8 || src_ip == fd00::/8)",
                             "rule == 'a \\' b'",
                             "rule != \"x\\\"y\"",
                             "prefix == [UFW*",
                             "in_iface == ppp*",
                             "tcp_flags has SYN and not tcp_flags has ACK",
                             "tcp_flags == SYN+ACK",
                             "tcp_flags == none",
                             "ether_type == 0x0806",
                             "mark > 0xff",
                             "not (ip == ::1)",
                             "icmp_gateway == 10.0.0.0/8",
                             "uid in {0, 1000-1999}",
                             "truncated",
                             "malformed == '*length*'"}) {
        CAPTURE(text);
        const auto filter = Filter::parse(text);
        const std::string problem = filter ? "" : filter.error().message;
        // A bracket is no word: texts stand in quotes.
        CHECK(problem == (std::string_view(text).starts_with("prefix")
                              ? "column 11: '[' is nothing here; texts stand in quotes"
                              : ""));
    }
}

TEST_CASE("an expression is as long and as deep as it may be, no more") {
    const auto repeated = [](std::size_t count, const std::string& part) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) text += part;
        return text;
    };
    CHECK(Filter::parse(repeated(30, "(") + "df" + repeated(30, ")")).ok());
    CHECK_THAT(Filter::parse(repeated(40, "(") + "df" + repeated(40, ")")).error().message,
               Catch::Matchers::Equals("column 33: more than 32 deep"));
    CHECK_FALSE(Filter::parse(repeated(2000, "!") + "df").ok());
    CHECK(Filter::parse(repeated(600, "df or ") + "df").ok());
    CHECK_THAT(Filter::parse(repeated(1000, "df or ") + "df").error().message,
               Catch::Matchers::EndsWith("longer than 4096 bytes"));
    CHECK_THAT(Filter::parse(repeated(1200, "df||") + "df").error().message,
               Catch::Matchers::EndsWith("longer than 4096 bytes"));
    CHECK_THAT(Filter::parse(repeated(600, "ip||") + "ip").error().message,
               Catch::Matchers::EndsWith("more than 1000 tests"));
}
