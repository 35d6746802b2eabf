// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/iptables_text.hpp"

#include "catch.hpp"
#include "rules/iptables_match.hpp"
#include "rules/rules.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

std::string rendered(std::vector<LogRule> rules) {
    const auto text = render(options(std::move(rules), RulesBackend::iptables));
    return text ? *text : "error: " + text.error().message;
}

Selection selection_of(const LogRule& one) {
    return iptables_selection(one, branch_for(one, 4).value());
}

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("iptables: a rule is a chain that counts, limits and logs") {
    auto one = rule("ssh in");
    one.in = {"eth*"};
    one.source = v4("192.0.2.0/24");
    one.protocol = {6};
    one.destination_port = {{22, 22}};
    one.ct_state = {"new", "untracked"};
    one.limit = RateLimit{10, RateLimit::Unit::minute, 20};
    REQUIRE(rendered({one}) == R"(# iptables-restore --noflush
*filter
:T.INPUT - [0:0]
:T.0 - [0:0]
-A T.0
-A T.0 -m limit --limit 10/minute --limit-burst 20 -j NFLOG --nflog-group 100 --nflog-size 128 --nflog-threshold 64 --nflog-prefix "ssh in"
-A T.INPUT -i "eth+" -s 192.0.2.0/24 -p 6 -m multiport --dports 22 -m conntrack --ctstate NEW,UNTRACKED -j T.0
-I INPUT 1 -j T.INPUT
COMMIT
)");
}

TEST_CASE("iptables: tables and built-in chains of the hooks, both IP versions") {
    const auto text =
        rendered({rule("a", Hook::prerouting), rule("b", Hook::input), rule("c", Hook::forward),
                  rule("d", Hook::output), rule("e", Hook::postrouting)});
    const auto v6_part = text.find("# ip6tables-restore --noflush\n");
    REQUIRE(v6_part != std::string::npos);
    for (const auto& part : {text.substr(0, v6_part), text.substr(v6_part)}) {
        const auto mangle = part.find("*mangle\n");
        REQUIRE(mangle != std::string::npos);
        for (const auto* chain : {"INPUT", "FORWARD", "OUTPUT"})
            REQUIRE(part.find(std::string("-I ") + chain + " 1 -j T." + chain) < mangle);
        for (const auto* chain : {"PREROUTING", "POSTROUTING"})
            REQUIRE(contains(part.substr(mangle),
                             std::string("-I ") + chain + " 1 -j T." + chain + '\n'));
    }
}

TEST_CASE("iptables: what one IP version cannot match is not in its text") {
    auto four = rule("four");
    four.source = v4("192.0.2.1");
    auto six = rule("six");
    six.protocol = {58};
    const auto text = rendered({four, six});
    const auto v6_part = text.find("# ip6tables-restore");
    REQUIRE(contains(text.substr(0, v6_part), "\"four\""));
    REQUIRE_FALSE(contains(text.substr(0, v6_part), "\"six\""));
    REQUIRE(contains(text.substr(v6_part), "\"six\""));
    REQUIRE_FALSE(contains(text.substr(v6_part), "\"four\""));
    REQUIRE_FALSE(contains(rendered({four}), "ip6tables"));
}

TEST_CASE("iptables: lists are alternatives, the first that fits goes on") {
    auto one = rule("x");
    one.in = {"eth0", "eth1"};
    one.source = {{4, "10.0.0.0/8"}, {4, "10.1.0.0/16"}};
    one.ct_state = {"new"};
    const auto text = rendered({one});
    REQUIRE(contains(text,
                     "-A T.INPUT -m conntrack --ctstate NEW -j T.0a\n"
                     "-A T.0a -i \"eth0\" -g T.0b\n"
                     "-A T.0a -i \"eth1\" -g T.0b\n"
                     "-A T.0b -s 10.0.0.0/8 -g T.0\n"
                     "-A T.0b -s 10.1.0.0/16 -g T.0\n"));
    REQUIRE(contains(text, ":T.0a - [0:0]\n:T.0b - [0:0]\n"));
}

TEST_CASE("iptables: at most 15 ports a line, a range counts as two") {
    auto one = rule("x");
    one.protocol = {6};
    for (std::uint16_t port = 1; port <= 14; ++port) one.destination_port.push_back({port, port});
    one.destination_port.push_back({100, 200});
    one.destination_port.push_back({300, 300});
    const auto selection = selection_of(one);
    REQUIRE(selection.entry.empty());
    REQUIRE(selection.alternatives.size() == 1);
    REQUIRE(selection.alternatives[0] ==
            std::vector<std::string>{"-p 6 -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14",
                                     "-p 6 -m multiport --dports 100:200,300"});
}

TEST_CASE("iptables: 15 single ports still are one line") {
    auto one = rule("x");
    one.protocol = {17};
    for (std::uint16_t port = 1; port <= 15; ++port) one.source_port.push_back({port, port});
    REQUIRE(selection_of(one).entry ==
            "-p 17 -m multiport --sports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15");
}

TEST_CASE("iptables: ports of both ends, without protocol") {
    auto one = rule("x");
    one.source_port = {{1, 1}};
    one.destination_port = {{2, 2}};
    const auto selection = selection_of(one);
    REQUIRE(selection.alternatives.size() == 1);
    REQUIRE(selection.alternatives[0].size() == 5);
    REQUIRE(selection.alternatives[0][1] ==
            "-p 17 -m multiport --sports 1 -m multiport --dports 2");
}

TEST_CASE("iptables: the operator's own match comes last and once") {
    auto one = rule("x");
    one.protocol = {6};
    one.match = "-m limit --limit 1/hour";
    REQUIRE(selection_of(one).entry == "-p 6 -m limit --limit 1/hour");
    one.in = {"a", "b"};
    const auto text = rendered({one});
    REQUIRE(contains(text, "-A T.0b -p 6 -m limit --limit 1/hour -g T.0\n"));
    REQUIRE(occurrences(text, "1/hour") == 2);  // IPv4 and IPv6
}

TEST_CASE("iptables: a later generation has other numbers") {
    const Generation next{options({rule("a"), rule("b")}, RulesBackend::iptables), 7};
    const auto text = iptables_lines(next, 4, "filter").text();
    REQUIRE(contains(text, ":T.7 - [0:0]"));
    REQUIRE(contains(text, "-A T.INPUT -j T.8\n"));
    REQUIRE(next.end() == 9);
    const auto hooks = iptables_lines(next, 4, "filter", no_chain).text();
    REQUIRE_FALSE(contains(hooks, ":T.7"));
    REQUIRE_FALSE(contains(hooks, "NFLOG"));
    REQUIRE(contains(hooks, "-A T.INPUT -j T.8\n"));
}

TEST_CASE("iptables: chain names tell what they are for") {
    using Kind = ChainName::Kind;
    REQUIRE(read_chain_name("INPUT", "T").kind == Kind::foreign);
    REQUIRE(read_chain_name("TT.0", "T").kind == Kind::foreign);
    REQUIRE(read_chain_name("T.INPUT", "T").kind == Kind::hook);
    REQUIRE(read_chain_name("T.newINPUT", "T").kind == Kind::marker);
    REQUIRE(read_chain_name("T.12", "T").kind == Kind::rule);
    REQUIRE(read_chain_name("T.12", "T").number == 12);
    REQUIRE(read_chain_name("T.12b", "T").kind == Kind::alternatives);
}

TEST_CASE("iptables: no name of ours is longer than a chain's may be") {
    const std::string table(kIptablesTableMax, 't');
    REQUIRE((table + ".newPOSTROUTING").size() <= 28);
    REQUIRE((table + ".4294967295a").size() <= 28);
}

TEST_CASE("the backend none has no text") {
    const auto text = render(options({rule("a")}, RulesBackend::none));
    REQUIRE(text.ok());
    REQUIRE(text->empty());
}
