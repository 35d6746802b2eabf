// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <set>

#include "catch.hpp"
#include "kernel_support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

std::unique_ptr<Ruleset> nftables() { return make_ruleset(RulesBackend::nftables); }

std::string nft_ruleset() { return output_of({"nft", "list", "ruleset"}); }

constexpr const char* kUserRules =
    "table inet user { set s { type ipv4_addr; elements = { 192.0.2.1 } }\n"
    "chain input { type filter hook input priority 0; policy accept;\n"
    "ip saddr @s drop\n tcp dport 22 accept comment \"ssh\"\n}\n}\n"
    "table ip nat {\n chain post { type nat hook postrouting priority 100; }\n}\n";

/// One rule of every kind that the options can describe.
std::vector<LogRule> every_kind() {
    auto full = rule("full", Hook::forward);
    full.in = {"eth0", "ppp*", "a b"};
    full.out = {"wan*"};
    full.source = {{4, "10.0.0.0/8"}, {4, "10.1.0.0/16"}, {6, "2001:db8::/32"}};
    full.destination = {{4, "0.0.0.0/0"}, {6, "::/0"}};
    full.protocol = {6, 17};
    full.source_port = {{1, 20}, {10, 30}};
    full.destination_port = {{22, 22}, {80, 90}};
    full.ct_state = {"new", "established", "related", "invalid", "untracked"};
    full.match = "meta length > 100";
    full.limit = RateLimit{1, RateLimit::Unit::day, 1000};
    full.snaplen = 0;
    auto pings = rule("pings", Hook::prerouting);
    pings.protocol = {1, 58};
    auto ports = rule("ports", Hook::output);
    ports.destination_port = {{53, 53}};
    return {full,
            pings,
            ports,
            rule("post", Hook::postrouting),
            rule(std::string(127, 'n')),
            rule("[it's; } { #1 äöü] ")};
}

}  // namespace

TEST_CASE("nftables: every kind of rule installs as it is rendered") {
    OwnNetwork network;
    const auto ruleset = nftables();
    require(ruleset->install(options(every_kind())));
    const auto listing = nft_ruleset();
    REQUIRE(contains(listing, "flags owner"));
    REQUIRE(contains(listing,
                     "log prefix \"[it's; } { #1 äöü] \" group 100 snaplen 128 "
                     "queue-threshold 64"));
    REQUIRE(ruleset->count()->size() == every_kind().size());
}

TEST_CASE("nftables: counters of what a rule took and what its limit let through") {
    OwnNetwork network;
    const auto ruleset = nftables();
    auto limited = udp_rule("limited");
    limited.limit = RateLimit{1, RateLimit::Unit::day, 3};
    auto six = udp_rule("six");
    six.source = v6("::1");
    require(ruleset->install(options({udp_rule("all"), limited, six})));
    send_udp("127.0.0.1", 9999, 7);
    send_udp("::1", 9999, 2);
    send_udp("127.0.0.1", 9998, 5);
    REQUIRE(count_of(*ruleset, "all").matched == 9);
    REQUIRE(count_of(*ruleset, "all").passed == 9);
    REQUIRE(count_of(*ruleset, "limited").matched == 9);
    REQUIRE(count_of(*ruleset, "limited").passed == 3);
    REQUIRE(count_of(*ruleset, "six").matched == 2);
}

TEST_CASE("nftables: overlapping lists count a packet once") {
    OwnNetwork network;
    const auto ruleset = nftables();
    auto lists = udp_rule("lists");
    lists.in = {"l*", "lo"};
    lists.source = {{4, "127.0.0.0/8"}, {4, "127.0.0.1"}, {6, "::/0"}, {6, "::1"}};
    lists.destination_port = {{9000, 9999}, {9999, 9999}};
    require(ruleset->install(options({lists})));
    send_udp("127.0.0.1", 9999, 4);
    send_udp("::1", 9999, 3);
    REQUIRE(count_of(*ruleset, "lists").matched == 7);
}

TEST_CASE("nftables: a second install keeps the counts of the rules that stay") {
    OwnNetwork network;
    const auto ruleset = nftables();
    require(ruleset->install(
        options({udp_rule("stays"), udp_rule("a b"), udp_rule("goes", Hook::output)})));
    send_udp("127.0.0.1", 9999, 5);
    auto stays = udp_rule("stays");
    stays.limit = RateLimit{1, RateLimit::Unit::day, 2};
    require(
        ruleset->install(options({udp_rule("comes"), udp_rule("x y"), stays, udp_rule("a b")})));
    send_udp("127.0.0.1", 9999, 6);
    REQUIRE(count_of(*ruleset, "stays").matched == 11);
    REQUIRE(count_of(*ruleset, "stays").passed == 7);
    REQUIRE(count_of(*ruleset, "a b").matched == 11);
    REQUIRE(count_of(*ruleset, "x y").matched == 6);
    REQUIRE(count_of(*ruleset, "comes").matched == 6);
    REQUIRE_FALSE(contains(nft_ruleset(), "goes"));
    REQUIRE_FALSE(contains(nft_ruleset(), "hook output"));
    stays.limit.reset();
    require(ruleset->install(options({stays})));
    send_udp("127.0.0.1", 9999, 1);
    REQUIRE(count_of(*ruleset, "stays").matched == 12);
    REQUIRE(count_of(*ruleset, "stays").passed == 8);
}

TEST_CASE("nftables: no packet is missing or counted twice while rules are replaced") {
    OwnNetwork network;
    const auto ruleset = nftables();
    auto limited = udp_rule("limited");
    require(ruleset->install(options({udp_rule("a"), limited})));
    send_udp_during("127.0.0.1", 9999, 50000, [&] {
        for (int round = 0; round < 20; ++round) {
            limited.limit.reset();
            if (round % 2 == 0) limited.limit = RateLimit{1, RateLimit::Unit::hour, 1};
            require(ruleset->install(options({limited, udp_rule("a")})));
        }
    });
    REQUIRE(count_of(*ruleset, "a").matched == 50000);
    REQUIRE(count_of(*ruleset, "a").passed == 50000);
    REQUIRE(count_of(*ruleset, "limited").matched == 50000);
}

TEST_CASE("nftables: a refused second install leaves the first at work") {
    OwnNetwork network;
    const auto ruleset = nftables();
    require(ruleset->install(options({udp_rule("a")})));
    auto bad = udp_rule("bad");
    bad.match = "udp dport 99999";
    const auto status = ruleset->install(options({udp_rule("a"), bad}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().message == "t.yaml:7:3: rule 'bad': nft: Service out of range");
    send_udp("127.0.0.1", 9999, 3);
    REQUIRE(count_of(*ruleset, "a").matched == 3);
}

TEST_CASE("nftables: after quiesce nothing counts, all can be read") {
    OwnNetwork network;
    const auto ruleset = nftables();
    require(ruleset->install(options({udp_rule("a")})));
    send_udp("127.0.0.1", 9999, 3);
    require(ruleset->quiesce());
    send_udp("127.0.0.1", 9999, 4);
    REQUIRE(count_of(*ruleset, "a").matched == 3);
    require(ruleset->install(options({udp_rule("a")})));
    send_udp("127.0.0.1", 9999, 1);
    REQUIRE(count_of(*ruleset, "a").matched == 4);
}

TEST_CASE("nftables: remove leaves the operator's ruleset as it was") {
    OwnNetwork network;
    output_of({"nft", "-f", "-"}, kUserRules);
    const auto before = nft_ruleset();
    {
        const auto ruleset = nftables();
        require(ruleset->install(options(every_kind())));
        REQUIRE(nft_ruleset() != before);
        require(ruleset->quiesce());
        require(ruleset->remove());
        REQUIRE(nft_ruleset() == before);
        require(ruleset->remove());
        require(ruleset->install(options(every_kind())));
    }
    REQUIRE(nft_ruleset() == before);
}

TEST_CASE("nftables: nobody else flushes our table") {
    OwnNetwork network;
    const auto ruleset = nftables();
    require(ruleset->install(options({udp_rule("a")})));
    output_of({"nft", "flush", "ruleset"});
    send_udp("127.0.0.1", 9999, 2);
    REQUIRE(count_of(*ruleset, "a").matched == 2);
}

TEST_CASE("nftables: no table outlives the process that is killed") {
    OwnNetwork network;
    const auto before = nft_ruleset();
    run_and_kill([] {
        // The pointer is given up: only the kernel can clean up here.
        auto* ruleset = nftables().release();
        if (!ruleset->install(options({udp_rule("a")}))) ::_exit(1);
    });
    REQUIRE(nft_ruleset() == before);
}

TEST_CASE("nftables: a leftover table without owner is replaced") {
    OwnNetwork network;
    output_of(
        {"nft", "-f", "-"},
        "table inet T { set old { type ipv4_addr; }; counter matched.a { packets 5 bytes 5 }\n"
        "chain input { type filter hook input priority 0; policy drop; }\n}\n");
    const auto ruleset = nftables();
    require(ruleset->install(options({udp_rule("a")})));
    send_udp("127.0.0.1", 9999, 2);
    REQUIRE(count_of(*ruleset, "a").matched == 2);
    REQUIRE_FALSE(contains(nft_ruleset(), "policy drop"));
    REQUIRE_FALSE(contains(nft_ruleset(), "set old"));
}

TEST_CASE("nftables: a table of another process is left alone") {
    OwnNetwork network;
    const auto first = nftables();
    require(first->install(options({udp_rule("a")})));
    const auto second = nftables();
    const auto status = second->install(options({udp_rule("b")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().exit_code == EX_UNAVAILABLE);
    REQUIRE(contains(status.error().message, "belongs to another process (unit_rules"));
    REQUIRE(count_of(*first, "a").matched == 0);
}

TEST_CASE("nftables: our socket does not go to programs that we start") {
    OwnNetwork network;
    const auto ruleset = nftables();
    require(ruleset->install(options({udp_rule("a")})));
    int netlink_sockets = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        int domain = -1;
        socklen_t size = sizeof domain;
        if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) continue;
        if (domain != AF_NETLINK) continue;
        ++netlink_sockets;
        REQUIRE((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
    REQUIRE(netlink_sockets == 1);
}

TEST_CASE("nftables: a forked copy of the ruleset removes nothing") {
    OwnNetwork network;
    auto ruleset = nftables();
    require(ruleset->install(options({udp_rule("a")})));
    run_and_kill([&] { ruleset.reset(); });
    send_udp("127.0.0.1", 9999, 1);
    REQUIRE(count_of(*ruleset, "a").matched == 1);
}

TEST_CASE("nftables: 500 rules") {
    OwnNetwork network;
    std::vector<LogRule> many;
    for (int i = 0; i < 500; ++i) many.push_back(udp_rule("rule-" + std::to_string(i)));
    const auto ruleset = nftables();
    const auto start = std::chrono::steady_clock::now();
    require(ruleset->install(options(many)));
    const auto installed = std::chrono::steady_clock::now();
    send_udp("127.0.0.1", 9999, 1);
    REQUIRE(count_of(*ruleset, "rule-499").matched == 1);
    const auto counted = std::chrono::steady_clock::now();
    require(ruleset->install(options(many)));
    const auto replaced = std::chrono::steady_clock::now();
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    std::cout << "nftables, 500 rules: install " << duration_cast<milliseconds>(installed - start)
              << ", count " << duration_cast<milliseconds>(counted - installed) << ", replace "
              << duration_cast<milliseconds>(replaced - counted) << '\n';
}
