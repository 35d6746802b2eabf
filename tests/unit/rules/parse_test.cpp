// SPDX-License-Identifier: GPL-2.0-or-later
// What other programs print.
#include "catch.hpp"
#include "rules/iptables_save.hpp"
#include "rules/iptables_traces.hpp"
#include "rules/nft.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

TEST_CASE("nft's complaint and its line") {
    const auto found = first_complaint(
        "/proc/self/fd/5:6:12-16: Error: Service out of range\n tcp dport 99999\n  ^^^^^\n"
        "/proc/self/fd/5:8:9-18: Error: Statement after terminal statement has no effect\n");
    REQUIRE(found.message == "Service out of range");
    REQUIRE(found.line == 6);
}

TEST_CASE("a complaint without a line is line 0") {
    REQUIRE(first_complaint("netlink: Error: cache initialization failed: x\n").line == 0);
    REQUIRE(first_complaint("netlink: Error: cache initialization failed: x\n").message ==
            "cache initialization failed: x");
    REQUIRE(first_complaint("Error: No such file or directory\nlist\n").line == 0);
    REQUIRE(first_complaint("internal:0:0-0: Error: x").line == 0);
    REQUIRE(first_complaint("something else").message == "something else");
    REQUIRE(first_complaint("").message.empty());
    REQUIRE(first_complaint("Error: ").message.empty());
}

TEST_CASE("iptables-save's tables, chains, rules and counters") {
    const auto tables = parse_iptables_save(
        "# Generated\n*filter\n:INPUT ACCEPT [14:602]\n:T.0 - [0:0]\n"
        "[3:99] -A T.0\n"
        "[2:66] -A T.0 -j NFLOG --nflog-prefix \"a -j X \\\"q\" --nflog-group 1\n"
        "[0:0] -A INPUT -m comment --comment \"-j T.9\" -g T.0\n"
        "COMMIT\n*mangle\n:T.1 - [0:0]\nCOMMIT\n");
    REQUIRE(tables.size() == 2);
    REQUIRE(tables[0].name == "filter");
    REQUIRE(tables[0].chains == std::vector<std::string>{"INPUT", "T.0"});
    REQUIRE(tables[0].rules.size() == 3);
    REQUIRE(tables[0].rules[0].packets == 3);
    REQUIRE(tables[0].rules[0].rest.empty());
    REQUIRE(tables[0].rules[1].packets == 2);
    REQUIRE(tables[0].rules[1].target == "NFLOG");
    REQUIRE(tables[0].rules[2].chain == "INPUT");
    REQUIRE(tables[0].rules[2].target == "T.0");
    REQUIRE(tables[0].rules[2].rest == "-m comment --comment \"-j T.9\" -g T.0");
    REQUIRE(tables[1].chains == std::vector<std::string>{"T.1"});
}

TEST_CASE("iptables-save: nonsense does no harm") {
    for (const std::string text : {"", "\n", "-A T.0", "*", "*x\n[", "*x\n[1:", "*x\n-A", "*x\n-A ",
                                   "*x\n:", "*x\n-A a \"", "*x\n-A a -j", "*x\n-A a \"\\"}) {
        INFO(text);
        REQUIRE(parse_iptables_save(text).size() <= 1);
    }
}

TEST_CASE("nft's chains by table") {
    const auto chains = parse_nft_chains(
        "# Warning: managed\ntable ip filter { # handle 1\n\tchain FORWARD {\n"
        "\t\ttype filter hook forward priority filter; policy accept;\n\t}\n}\n"
        "table ip empty {\n}\ntable inet other {\n\tchain x {\n\t}\n}\n");
    REQUIRE(chains.at("filter").contains("FORWARD"));
    REQUIRE(chains.at("empty").empty());
    REQUIRE_FALSE(chains.contains("other"));
}

TEST_CASE("markers are for what is not there yet") {
    const auto opts = options({rule("a"), rule("b", Hook::forward)}, RulesBackend::iptables);
    REQUIRE(needed_markers({}, opts, 4, "filter") ==
            std::set<std::string>{"T.new", "T.newFORWARD", "T.newINPUT"});
    REQUIRE(needed_markers({{"filter", {"FORWARD"}}}, opts, 4, "filter") ==
            std::set<std::string>{"T.newINPUT"});
    REQUIRE(needed_markers({}, opts, 4, "mangle").empty());
}

TEST_CASE("only what is empty, accepts and was made for us is taken back") {
    const std::vector<std::string> ours = {"T.new", "T.newINPUT"};
    const std::string head =
        "table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input "
        "priority filter; policy ";
    REQUIRE(trace_removal(head + "accept;\n\t}\n}\n", 4, "filter", ours, "T") ==
            "delete chain ip filter INPUT\ndelete table ip filter\n");
    REQUIRE(trace_removal(head + "accept;\n\t}\n}\n", 4, "filter", {"T.newINPUT"}, "T") ==
            "delete chain ip filter INPUT\n");
    REQUIRE(trace_removal(head + "drop;\n\t}\n}\n", 4, "filter", ours, "T").empty());
    REQUIRE(
        trace_removal(head + "accept;\n\t\ttcp dport 22 accept\n\t}\n}\n", 4, "filter", ours, "T")
            .empty());
    REQUIRE(trace_removal(head + "accept;\n\t}\n\n\tchain theirs {\n\t}\n}\n", 4, "filter", ours,
                          "T") == "delete chain ip filter INPUT\n");
    REQUIRE(trace_removal("table ip filter {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n}\n", 4, "filter",
                          ours, "T")
                .empty());
    REQUIRE(trace_removal("", 4, "filter", {}, "T").empty());
}
