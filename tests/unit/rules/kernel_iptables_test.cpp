// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <chrono>
#include <iostream>

#include "catch.hpp"
#include "kernel_support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

constexpr IptablesFlavour kFlavours[] = {IptablesFlavour::system, IptablesFlavour::nft,
                                         IptablesFlavour::legacy};
constexpr const char* kInfixes[] = {"", "-nft", "-legacy"};

std::unique_ptr<Ruleset> iptables() { return make_ruleset(RulesBackend::iptables); }

RulesOptions with(IptablesFlavour flavour, std::vector<LogRule> rules) {
    auto opts = options(std::move(rules), RulesBackend::iptables);
    opts.flavour = flavour;
    return opts;
}

std::string program(IptablesFlavour flavour, const std::string& version,
                    const std::string& action) {
    return version + "tables" + kInfixes[static_cast<std::size_t>(flavour)] + '-' + action;
}

/// All that can be seen of the firewall: iptables, ip6tables and nftables.
std::string everything(IptablesFlavour flavour) {
    return output_of({program(flavour, "ip", "save")}) +
           output_of({program(flavour, "ip6", "save")}) + output_of({"nft", "list", "ruleset"});
}

void load_user_rules(IptablesFlavour flavour) {
    for (const std::string version : {"ip", "ip6"})
        output_of({program(flavour, version, "restore")},
                  "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
                  ":user - [0:0]\n:TX - [0:0]\n-A INPUT -i eth0 -j user\n"
                  "-A user -p tcp -m tcp --dport 22 -m comment --comment \"-j T.0\" -j ACCEPT\n"
                  "-A TX -j RETURN\nCOMMIT\n"
                  "*mangle\n-A PREROUTING -i eth0 -j MARK --set-mark 1\nCOMMIT\n");
}

/// One rule of every kind that the options can describe.
std::vector<LogRule> every_kind() {
    auto full = rule("full", Hook::forward);
    full.in = {"eth0", "ppp*"};
    full.out = {"wan*", "lan"};
    full.source = {{4, "10.0.0.0/8"}, {4, "10.1.0.0/16"}, {6, "2001:db8::/32"}};
    full.destination = {{4, "0.0.0.0/0"}, {6, "::/0"}, {6, "2001:db8::1"}};
    full.protocol = {6, 17};
    for (std::uint16_t port = 1; port < 40; ++port) full.source_port.push_back({port, port});
    full.destination_port = {{22, 22}, {80, 90}};
    full.ct_state = {"new", "established", "related", "invalid", "untracked"};
    full.match = "-m length --length 100:200";
    full.limit = RateLimit{1, RateLimit::Unit::hour, 24};
    full.snaplen = 0;
    auto pings = rule("pings", Hook::prerouting);
    pings.protocol = {1, 58};
    auto ports = rule("ports", Hook::output);
    ports.destination_port = {{53, 53}};
    auto own = rule("own", Hook::input);
    own.protocol = {6};
    own.in = {"eth0", "eth1"};
    own.match = "--syn -m comment --comment \"a b\"";
    return {full,
            pings,
            ports,
            own,
            rule("post", Hook::postrouting),
            rule(std::string(63, 'n')),
            rule("[it's; } { #1 äöü] ")};
}

template <typename Body>
void for_each_flavour(Body body) {
    for (const auto flavour : kFlavours) {
        if (!usable(flavour)) continue;  // main() says so
        OwnNetwork network;
        INFO("flavour: " << kInfixes[static_cast<std::size_t>(flavour)]);
        body(flavour);
    }
}

}  // namespace

TEST_CASE("iptables: every kind of rule installs") {
    for_each_flavour([](IptablesFlavour flavour) {
        const auto ruleset = iptables();
        require(ruleset->install(with(flavour, every_kind())));
        REQUIRE(ruleset->count()->size() == every_kind().size());
        const auto saved = output_of({program(flavour, "ip", "save")});
        REQUIRE(contains(saved, "--nflog-prefix \"[it\\'s; } { #1 äöü] \""));
        REQUIRE(contains(saved, "-A T.INPUT "));
    });
}

TEST_CASE("iptables: counters of both IP versions, before and behind the limit") {
    for_each_flavour([](IptablesFlavour flavour) {
        const auto ruleset = iptables();
        auto limited = udp_rule("limited");
        limited.limit = RateLimit{1, RateLimit::Unit::hour, 3};
        auto six = udp_rule("six", Hook::postrouting);
        six.source = v6("::1");
        require(ruleset->install(with(flavour, {udp_rule("all"), limited, six})));
        send_udp("127.0.0.1", 9999, 7);
        send_udp("::1", 9999, 2);
        send_udp("127.0.0.1", 9998, 5);
        REQUIRE(count_of(*ruleset, "all").matched == 9);
        REQUIRE(count_of(*ruleset, "all").passed == 9);
        REQUIRE(count_of(*ruleset, "limited").matched == 9);
        REQUIRE(count_of(*ruleset, "limited").passed == 3 + 2);  // each version its own limit
        REQUIRE(count_of(*ruleset, "six").matched == 2);
    });
}

TEST_CASE("iptables: overlapping lists count a packet once, and only if all fit") {
    for_each_flavour([](IptablesFlavour flavour) {
        const auto ruleset = iptables();
        auto lists = udp_rule("lists");
        lists.in = {"l*", "lo"};
        lists.source = {{4, "127.0.0.0/8"}, {4, "127.0.0.1"}, {6, "::/0"}, {6, "::1"}};
        lists.protocol = {6, 17};
        lists.destination_port = {{9000, 9999}, {9999, 9999}, {1, 2},   {3, 4},      {5, 6},
                                  {7, 8},       {9, 10},      {11, 12}, {9900, 9999}};
        lists.match = "-m length --length 0:65535";
        auto none = lists;
        none.name = "none";
        none.in = {"eth0", "eth1"};
        require(ruleset->install(with(flavour, {lists, none})));
        send_udp("127.0.0.1", 9999, 4);
        send_udp("::1", 9999, 3);
        REQUIRE(count_of(*ruleset, "lists").matched == 7);
        REQUIRE(count_of(*ruleset, "lists").passed == 7);
        REQUIRE(count_of(*ruleset, "none").matched == 0);
    });
}

TEST_CASE("iptables: a second install keeps the counts of the rules that stay") {
    for_each_flavour([](IptablesFlavour flavour) {
        const auto ruleset = iptables();
        require(ruleset->install(
            with(flavour, {udp_rule("stays"), udp_rule("goes", Hook::postrouting)})));
        send_udp("127.0.0.1", 9999, 5);
        for (int round = 0; round < 3; ++round) {
            require(ruleset->install(with(flavour, {udp_rule("comes"), udp_rule("stays")})));
            send_udp("127.0.0.1", 9999, 2);
        }
        REQUIRE(count_of(*ruleset, "stays").matched == 11);
        REQUIRE(count_of(*ruleset, "stays").passed == 11);
        REQUIRE(count_of(*ruleset, "comes").matched == 6);
        const auto saved = output_of({program(flavour, "ip", "save")});
        REQUIRE_FALSE(contains(saved, "goes"));
        REQUIRE_FALSE(contains(saved, "T.POSTROUTING"));
    });
}

TEST_CASE("iptables: no packet is missing or counted twice while rules are replaced") {
    for_each_flavour([](IptablesFlavour flavour) {
        const auto ruleset = iptables();
        auto lists = udp_rule("lists");
        lists.source = {{4, "127.0.0.0/8"}, {4, "127.0.0.1"}};
        require(ruleset->install(with(flavour, {udp_rule("a"), lists})));
        send_udp_during("127.0.0.1", 9999, 50000, [&] {
            for (int round = 0; round < 5; ++round)
                require(ruleset->install(with(flavour, {lists, udp_rule("a")})));
        });
        REQUIRE(count_of(*ruleset, "a").matched == 50000);
        REQUIRE(count_of(*ruleset, "a").passed == 50000);
        REQUIRE(count_of(*ruleset, "lists").matched == 50000);
    });
}

TEST_CASE("iptables: a refused second install leaves the first at work") {
    for_each_flavour([](IptablesFlavour flavour) {
        const auto ruleset = iptables();
        require(ruleset->install(with(flavour, {udp_rule("a")})));
        const auto before = everything(flavour);
        auto bad = udp_rule("bad");
        bad.match = "--no-such-option";
        auto status = ruleset->install(with(flavour, {udp_rule("a"), bad}));
        REQUIRE_FALSE(status.ok());
        REQUIRE(contains(status.error().message, "t.yaml:7:3: rule 'bad': iptables"));
        REQUIRE(contains(status.error().message, "unknown option \"--no-such-option\""));
        REQUIRE(everything(flavour) == before);
        // Refused by the kernel, and in mangle, when filter is done already.
        bad = udp_rule("bad", Hook::prerouting);
        bad.match = "-m owner --uid-owner 0";
        status = ruleset->install(with(flavour, {udp_rule("a"), bad}));
        REQUIRE_FALSE(status.ok());
        send_udp("127.0.0.1", 9999, 3);
        REQUIRE(count_of(*ruleset, "a").matched == 3);
        REQUIRE_FALSE(contains(everything(flavour), "T.PREROUTING"));
    });
}

TEST_CASE("iptables: what only ip6tables refuses takes iptables back") {
    for_each_flavour([](IptablesFlavour flavour) {
        load_user_rules(flavour);
        const auto before = everything(flavour);
        auto bad = udp_rule("bad");
        bad.match = "-m ttl --ttl-eq 64";  // IPv4 only
        const auto ruleset = iptables();
        const auto status = ruleset->install(with(flavour, {udp_rule("a"), bad}));
        REQUIRE_FALSE(status.ok());
        REQUIRE(contains(status.error().message, "ip6tables"));
        REQUIRE(everything(flavour) == before);
    });
}

TEST_CASE("iptables: after quiesce nothing counts, all can be read") {
    for_each_flavour([](IptablesFlavour flavour) {
        const auto ruleset = iptables();
        auto lists = udp_rule("lists", Hook::prerouting);
        lists.in = {"lo", "eth0"};
        require(ruleset->install(with(flavour, {udp_rule("a"), lists})));
        send_udp("127.0.0.1", 9999, 3);
        require(ruleset->quiesce());
        send_udp("127.0.0.1", 9999, 4);
        REQUIRE(count_of(*ruleset, "a").matched == 3);
        REQUIRE(count_of(*ruleset, "lists").matched == 3);
        require(ruleset->install(with(flavour, {udp_rule("a")})));
        send_udp("127.0.0.1", 9999, 1);
        REQUIRE(count_of(*ruleset, "a").matched == 4);
    });
}

TEST_CASE("iptables: remove leaves the operator's ruleset as it was") {
    for_each_flavour([](IptablesFlavour flavour) {
        load_user_rules(flavour);
        const auto before = everything(flavour);
        {
            const auto ruleset = iptables();
            require(ruleset->install(with(flavour, every_kind())));
            REQUIRE(everything(flavour) != before);
            require(ruleset->install(with(flavour, {rule("other")})));
            require(ruleset->quiesce());
            require(ruleset->remove());
            REQUIRE(everything(flavour) == before);
            require(ruleset->install(with(flavour, every_kind())));
        }
        REQUIRE(everything(flavour) == before);
    });
}

TEST_CASE("iptables: tables and base chains that were not there go again") {
    for_each_flavour([](IptablesFlavour flavour) {
        if (flavour == IptablesFlavour::legacy) return;  // its kernel cannot unregister them
        const auto ruleset = iptables();
        require(ruleset->install(with(flavour, every_kind())));
        require(ruleset->remove());
        REQUIRE(output_of({"nft", "list", "ruleset"}).empty());

        output_of({program(flavour, "ip", "restore"), "--noflush"},
                  "*filter\n-A FORWARD -j ACCEPT\nCOMMIT\n");
        const auto before = everything(flavour);
        require(ruleset->install(with(flavour, every_kind())));
        REQUIRE(contains(output_of({"nft", "list", "ruleset"}), "chain T.newINPUT"));
        require(ruleset->remove());
        REQUIRE(everything(flavour) == before);
    });
}

TEST_CASE("iptables: what others put beside our chains stays") {
    for_each_flavour([](IptablesFlavour flavour) {
        if (flavour == IptablesFlavour::legacy) return;
        const auto ruleset = iptables();
        require(ruleset->install(with(flavour, {udp_rule("a")})));
        output_of({program(flavour, "ip", "restore"), "--noflush"},
                  "*filter\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n");
        output_of({"nft", "add", "table", "ip6", "filter"});
        output_of({"nft", "add", "set", "ip6", "filter", "s", "{ type ipv6_addr; }"});
        require(ruleset->remove());
        const auto left = output_of({"nft", "list", "ruleset"});
        REQUIRE(contains(left, "accept\n\t}\n}\n"));
        REQUIRE(contains(left, "set s"));
        REQUIRE_FALSE(contains(left, "T."));
    });
}

TEST_CASE("iptables: the next install clears away what a killed one left") {
    for_each_flavour([](IptablesFlavour flavour) {
        load_user_rules(flavour);
        const auto before = everything(flavour);
        run_and_kill([&] {
            auto* ruleset = iptables().release();
            if (!ruleset->install(with(flavour, every_kind()))) ::_exit(1);
        });
        REQUIRE(contains(everything(flavour), "-j T.INPUT"));
        const auto ruleset = iptables();
        require(ruleset->install(with(flavour, {udp_rule("a")})));
        const auto saved = everything(flavour);
        REQUIRE_FALSE(contains(saved, "T.1"));
        REQUIRE_FALSE(contains(saved, "T.FORWARD"));
        REQUIRE(saved.find("-A INPUT -j T.INPUT") == saved.find("-A INPUT"));
        require(ruleset->remove());
        REQUIRE(everything(flavour) == before);
    });
}

TEST_CASE("iptables: a base chain made for a killed run goes with the next") {
    for_each_flavour([](IptablesFlavour flavour) {
        if (flavour == IptablesFlavour::legacy) return;
        run_and_kill([&] {
            auto* ruleset = iptables().release();
            if (!ruleset->install(with(flavour, every_kind()))) ::_exit(1);
        });
        const auto ruleset = iptables();
        require(ruleset->install(with(flavour, {udp_rule("a")})));
        require(ruleset->remove());
        REQUIRE(output_of({"nft", "list", "ruleset"}).empty());
    });
}

TEST_CASE("iptables: a match cannot give a verdict") {
    for_each_flavour([](IptablesFlavour flavour) {
        for (const std::string match :
             {"-j ACCEPT", "-g user", "-jACCEPT", "--jump ACCEPT", "--ju ACCEPT", "-A INPUT",
              "-F INPUT", "-t nat", "-P INPUT"}) {
            INFO(match);
            auto bad = udp_rule("bad");
            bad.match = match;
            const auto ruleset = iptables();
            REQUIRE_FALSE(ruleset->install(with(flavour, {bad})).ok());
        }
    });
}

TEST_CASE("iptables: 500 rules") {
    for_each_flavour([](IptablesFlavour flavour) {
        std::vector<LogRule> many;
        for (int i = 0; i < 500; ++i) many.push_back(udp_rule("rule-" + std::to_string(i)));
        const auto ruleset = iptables();
        const auto start = std::chrono::steady_clock::now();
        require(ruleset->install(with(flavour, many)));
        const auto installed = std::chrono::steady_clock::now();
        send_udp("127.0.0.1", 9999, 1);
        REQUIRE(count_of(*ruleset, "rule-499").matched == 1);
        const auto counted = std::chrono::steady_clock::now();
        using std::chrono::duration_cast;
        using std::chrono::milliseconds;
        std::cout << "iptables" << kInfixes[static_cast<std::size_t>(flavour)]
                  << ", 500 rules: install " << duration_cast<milliseconds>(installed - start)
                  << ", count " << duration_cast<milliseconds>(counted - installed) << '\n';
    });
}
