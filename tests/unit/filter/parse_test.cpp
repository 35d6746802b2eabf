// SPDX-License-Identifier: GPL-2.0-or-later
#include <fstream>
#include <string>

#include "catch.hpp"
#include "filter/filter.hpp"
#include "filter/operand.hpp"

using namespace nflogd;
using filter::Filter;
using filter::Mistake;

namespace {

/// "COLUMN: message", or "good".
std::string told(std::string_view text) {
    const auto compiled = filter::compile(text);
    const auto* mistake = std::get_if<Mistake>(&compiled);
    if (mistake == nullptr) return "good";
    return std::to_string(mistake->column) + ": " + mistake->message;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
}

struct Bad {
    const char* text;
    const char* told;
};

}  // namespace

TEST_CASE("good expressions") {
    for (const char* text : {"action == drop",
                             "rule == \"input-new\"",
                             "hook in {input, forward}",
                             "in_iface == eth0",
                             "in_iface == \"ppp*\"",
                             "in_iface == ppp*",
                             "src_ip == 10.0.0.0/8",
                             "ip != 2001:db8::/32",
                             "ip == 192.0.2.1-192.0.2.9",
                             "port in {22,80,8000-8100}",
                             "dest_port==22&&!src_port<1024||tcp_flags",
                             "proto == tcp",
                             "proto == 6",
                             "proto != icmpv6",
                             "tcp_flags == SYN and tcp_flags != ack",
                             "tcp_flags in {FIN, RST}",
                             "group >= 100",
                             "mark == 0xff",
                             "mark in {0x10-0x1f}",

                             "inner.dest_port == 53",
                             "not not df",
                             "df == false",
                             "((((port))))",
                             "prefix == 'it\\'s \\\"\\*\\\\'",
                             "malformed == \"TCP*\"",
                             "src_mac == 02:00:00:00:00:01",
                             "mac != 02:00:5E:00:00:00/24",
                             "ether_type == 0x86dd",
                             "timestamp >= 2026-11-23T10:03:54Z",
                             "timestamp < '2026-11-23T10:03:54.5+01:00'",
                             "icmp_gateway == 192.0.2.0/24",
                             "arp_src_ip == 10.0.0.1",
                             "seq < 4294967295",
                             "rule not in {a, \"b c\"}",
                             " \t\nport\r ",
                             "src_ip == 0.0.0.0/0",
                             "src_ip == ::/0",
                             "src_ip == 2001:db8:0:0:1::/80",
                             "iface != lo",
                             "action not in {log,accept,drop,reject}"}) {
        CAPTURE(text);
        CHECK(told(text) == "good");
    }
}

TEST_CASE(
    "every field of the table is a field of filters, the headers those of the quoted packet") {
    for (const FieldRow& row : kEnvelopeFields) CHECK(told(row.name) == "good");
    for (const FieldRow& row : kHeaderFields) {
        CHECK(told(row.name) == "good");
        CHECK(told("inner." + std::string(row.name)) == "good");
    }
    for (const auto name : filter::subject_names()) CHECK(told(name) == "good");
}

TEST_CASE("the examples of the reference are good") {
    std::ifstream file(NFLOGD_SOURCE_DIR "/docs/filter.md");
    std::string line;
    while (std::getline(file, line) && line != "## Examples") {
    }
    std::size_t examples = 0;
    for (; std::getline(file, line) && line != "## Grammar";) {
        if (!line.starts_with("| `")) continue;
        const std::string text = line.substr(3, line.find('`', 3) - 3);
        CAPTURE(text);
        CHECK(told(text) == "good");
        ++examples;
    }
    CHECK(examples >= 10);
}

TEST_CASE("bad expressions are told with the place and what was meant") {
    const Bad rows[] = {
        {"", "1: expected a field or '(', not the end"},
        {"  ", "3: expected a field or '(', not the end"},
        {"dst_ip == 10.0.0.1", "1: unknown field 'dst_ip' (did you mean 'dest_ip'?)"},
        {"action == drop and tcp", "20: unknown field 'tcp' (did you mean 'proto == tcp'?)"},
        {"zzzzzzzz", "1: unknown field 'zzzzzzzz'"},
        {"inner.dst_port == 1",
         "1: unknown field 'inner.dst_port' (did you mean 'inner.dest_port'?)"},
        {"inner.rule == a",
         "1: unknown field 'inner.rule' (the quoted packet has the fields of headers only)"},
        {"action == drpo",
         "11: unknown action 'drpo' (did you mean 'drop'? known: log, accept, drop, reject)"},
        {"hook == inptu",
         "9: unknown hook 'inptu' (did you mean 'input'? known: prerouting, input, forward, "
         "output, postrouting, ingress, egress)"},
        {"proto == tpc", "10: unknown protocol 'tpc' (did you mean 'tcp'?)"},
        {"proto == 253", "10: protocol 253 has no name here: write proto_number == 253"},
        {"tcp_flags == sny",
         "14: unknown TCP flag 'SNY' (did you mean 'SYN'? known: SYN, ACK, FIN, RST, PSH, URG, "
         "ECE, CWR, AE)"},
        {"port == 65536", "9: must be a number 0..65535, is '65536'"},
        {"port == ssh", "9: must be a number 0..65535, is 'ssh'"},
        {"port == -1", "9: must be a number 0..65535, is ''"},
        {"port == 0x", "9: must be a number 0..65535, is '0x'"},
        {"ttl in {1, 256}", "12: must be a number 0..255, is '256'"},
        {"port in {90-80}", "10: the range '90-80' ends before it begins"},
        {"port in {8000 - 8100}", "15: expected ',' or '}', not '-'"},
        {"src_ip == 10.0.0.1/8", "11: bits are set behind the prefix; the network is 10.0.0.0/8"},
        {"src_ip == 2001:db8::1/64",
         "11: bits are set behind the prefix; the network is 2001:db8::/64"},
        {"mac == 02:00:5e:00:00:01/24",
         "8: bits are set behind the prefix; the network is 02:00:5e:00:00:00/24"},
        {"src_ip == 10.0.0.0/33", "11: the length of a prefix must be 0..32, is '33'"},
        {"src_ip == 10.0.0", "11: '10.0.0' is no IP address, prefix or range"},
        {"ip == 10.0.0.1-::1", "7: '10.0.0.1-::1' is no IP address, prefix or range"},
        {"arp_src_ip == ::1", "15: must be an IPv4 address, is '::1'"},
        {"src_mac == 2:0:0:0:0:1", "12: '2:0:0:0:0:1' is no MAC address"},
        {"df == 1", "7: must be true or false, is '1'"},
        {"timestamp > yesterday", "13: 'yesterday' is no time such as 2026-11-23T10:03:54.123456Z"},
        {"timestamp > 2026-02-30T00:00:00Z",
         "13: '2026-02-30T00:00:00Z' is no time such as 2026-11-23T10:03:54.123456Z"},
        {"rule < a", "6: rule has no order: it takes ==, != or in"},
        {"proto >= tcp", "7: proto has no order: it takes ==, != or in"},
        {"port < 0", "8: nothing is less than 0"},
        {"port > 65535", "8: nothing is more than 65535"},
        {"port <= 1-9", "9: '<=' takes a number, no range"},
        {"port = 22", "6: '=' is no comparison: write =="},
        {"port == {22}", "9: a set takes 'in'"},
        {"port != {22}", "9: a set takes 'not in'"},
        {"port in {}", "10: expected a value, not '}'"},
        {"port in {1,}", "12: expected a value, not '}'"},
        {"port in {1", "11: expected ',' or '}', not the end"},
        {"port in 22", "9: expected '{', not '22'"},
        {"port not == 22", "6: expected 'not in' or a comparison, not 'not'"},
        {"port ==", "8: expected a value, not the end"},
        {"== 22", "1: expected a field or '(', not '=='"},
        {"port == 22 adn df",
         "12: expected 'and', 'or' or the end, not 'adn' (did you mean 'and'?)"},
        {"port 22", "6: expected 'and', 'or' or the end, not '22'"},
        {"(port == 22", "12: expected ')', not the end"},
        {"port == 22)", "11: expected 'and', 'or' or the end, not ')'"},
        {"df and", "7: expected a field or '(', not the end"},
        {"and df", "1: expected a field or '(', not 'and'"},
        {"df & mf", "4: '&' is nothing here: write && or 'and'"},
        {"df | mf", "4: '|' is nothing here: write || or 'or'"},
        {"rule == \"a", "9: this quote is never closed"},
        {"rule == 'a\\", "9: this quote is never closed"},
        {"rule == 'a\\n'", "11: a backslash takes one of \\ \" ' * behind it"},
        {"rule == a;b", "10: this byte stands in quotes only"},
        {"rule == \x1b[31m", "9: this byte stands in quotes only"},
        {"src_ip == '\x1b[31m'", "11: '\\x1b[31m' is no IP address, prefix or range"},
    };
    for (const Bad& row : rows) {
        CAPTURE(row.text);
        CHECK(told(row.text) == row.told);
    }
}

TEST_CASE("an address with a byte 0 in it is none") {
    CHECK(told(std::string_view("src_ip == '1.2.3.4\0x'", 21)) ==
          "11: '1.2.3.4\\x00x' is no IP address, prefix or range");
}

TEST_CASE("size and nesting have bounds") {
    CHECK(told(repeated("(", filter::kMaxDepth) + "df" + repeated(")", filter::kMaxDepth)) ==
          "good");
    CHECK(
        told(repeated("(", filter::kMaxDepth + 1) + "df" + repeated(")", filter::kMaxDepth + 1)) ==
        "33: more than 32 parentheses inside each other");
    CHECK(told(repeated("!", filter::kMaxText - 2) + "df") == "good");
    CHECK(told("df" + repeated("||df", filter::kMaxTests - 1)) == "good");
    CHECK(told("df" + repeated("||df", filter::kMaxTests)) == "1025: more than 256 comparisons");
    CHECK(told(repeated(" ", filter::kMaxText - 1) + "df") == "4097: longer than 4096 bytes");
}

TEST_CASE("the error of a filter on the command line names the column") {
    const auto parsed = filter::parse("port == x");
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().message == "column 9 of the filter: must be a number 0..65535, is 'x'");
    CHECK(parsed.error().exit_code == EX_USAGE);
}
