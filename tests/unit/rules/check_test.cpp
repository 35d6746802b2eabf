// SPDX-License-Identifier: GPL-2.0-or-later
#include <functional>

#include "catch.hpp"
#include "rules/rules.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

/// The complaint about one rule, made from a harmless one.
std::string complaint(RulesBackend backend, const std::function<void(LogRule&)>& change) {
    auto one = rule("x", Hook::forward);
    change(one);
    const auto text = render(options({one}, backend));
    if (text) return "";
    REQUIRE(text.error().exit_code == EX_CONFIG);
    return text.error().message;
}

std::string nft(const std::function<void(LogRule&)>& change) {
    return complaint(RulesBackend::nftables, change);
}

std::string iptables(const std::function<void(LogRule&)>& change) {
    return complaint(RulesBackend::iptables, change);
}

}  // namespace

TEST_CASE("a complaint names file, line, column and rule") {
    REQUIRE(nft([](LogRule& r) { r.hook = Hook::ingress; }) ==
            "t.yaml:7:3: rule 'x': rules can log at prerouting, input, forward, output and "
            "postrouting only");
}

TEST_CASE("what can never match is an error") {
    const std::function<void(LogRule&)> never[] = {
        [](LogRule& r) {
            r.source = v4("192.0.2.1");
            r.destination = v6("2001:db8::1");
        },
        [](LogRule& r) {
            r.source = v6("2001:db8::1");
            r.protocol = {1};
        },
        [](LogRule& r) {
            r.destination = v4("192.0.2.1");
            r.protocol = {58};
        },
        [](LogRule& r) {
            r.protocol = {6, 1};
            r.destination_port = {{80, 80}};
        },
        [](LogRule& r) {
            r.hook = Hook::output;
            r.in = {"eth0"};
        },
        [](LogRule& r) {
            r.hook = Hook::input;
            r.out = {"eth0"};
        },
        [](LogRule& r) {
            r.hook = Hook::prerouting;
            r.out = {"eth0"};
        },
    };
    for (const auto& change : never) {
        REQUIRE(contains(nft(change), "can never match"));
        REQUIRE(contains(iptables(change), "can never match"));
    }
}

TEST_CASE("what can match in one IP version only is none") {
    REQUIRE(nft([](LogRule& r) {
                r.source = {{4, "192.0.2.1"}, {6, "2001:db8::1"}};
                r.protocol = {1};
            }).empty());
}

TEST_CASE("hostile names of rules are refused") {
    for (const std::string name : {"a\" group 1 accept log prefix \"b", "a\\", "a\nb", "$x",
                                   "tab\t", "\x7f", "", "\x1b[0m"}) {
        const auto change = [&](LogRule& r) { r.name = name; };
        REQUIRE_FALSE(nft(change).empty());
        REQUIRE_FALSE(iptables(change).empty());
    }
    REQUIRE(nft([](LogRule& r) { r.name = "it's; } {#1 äöü"; }).empty());
}

TEST_CASE("hostile names of interfaces are refused") {
    for (const std::string name : {"e\" accept", "e\nth", "e\\*", "$if", "", "sixteen-letters-"}) {
        const auto change = [&](LogRule& r) { r.out = {"eth0", name}; };
        REQUIRE(contains(nft(change), "cannot be the name of an interface"));
        REQUIRE(contains(iptables(change), "cannot be the name of an interface"));
    }
    REQUIRE(nft([](LogRule& r) { r.in = {"a b;}{'#"}; }).empty());
}

TEST_CASE("what is not an address prefix is refused") {
    for (const std::string text : {"192.0.2.1/33", "192.0.2.1/-1", "192.0.2.1/", "192.0.2.1 accept",
                                   "192.0.2", "2001:db8::1", "", "192.0.2.1/24x"}) {
        INFO(text);
        REQUIRE(contains(nft([&](LogRule& r) { r.source = v4(text); }), "not an address prefix"));
    }
    REQUIRE(nft([](LogRule& r) { r.source = v6("2001:db8::/128"); }).empty());
}

TEST_CASE("unknown states, backward ranges and empty limits are refused") {
    REQUIRE(contains(nft([](LogRule& r) { r.ct_state = {"new accept"}; }), "not a state"));
    REQUIRE(contains(nft([](LogRule& r) { r.source_port = {{2, 1}}; }), "ends before it begins"));
    REQUIRE(contains(nft([](LogRule& r) {
                         r.limit = RateLimit{0, RateLimit::Unit::day, 1};
                     }),
                     "at least 1"));
    REQUIRE(contains(nft([](LogRule& r) {
                         r.limit = RateLimit{1, RateLimit::Unit::day, 0};
                     }),
                     "at least 1"));
}

TEST_CASE("two rules of one name are refused") {
    const auto text = render(options({rule("a"), rule("a")}));
    REQUIRE_FALSE(text.ok());
    REQUIRE(contains(text.error().message, "same name"));
}

TEST_CASE("a table's name is checked for each backend") {
    auto opts = options({rule("a")});
    for (const std::string name : {"", "1", "a b", "a;b", "-a", "ä"}) {
        opts.table = name;
        REQUIRE_FALSE(render(opts).ok());
    }
    opts.table = "fourteen-bytes";
    REQUIRE(render(opts).ok());
    opts.backend = RulesBackend::iptables;
    const auto text = render(opts);
    REQUIRE_FALSE(text.ok());
    REQUIRE(contains(text.error().message, "13 characters at most"));
}

TEST_CASE("nft: a match may select packets and nothing else") {
    for (const std::string match :
         {"accept", "tcp dport 22 drop", "tcp dport vmap { 22 : drop }", "meta mark set 1",
          "jump other", "goto other", "return", "continue", "queue num 1", "notrack",
          "synproxy mss 1460", "log prefix \"x\"", "dup to 192.0.2.1", "tproxy to :80"}) {
        INFO(match);
        REQUIRE(contains(nft([&](LogRule& r) { r.match = match; }), "must only select"));
    }
}

TEST_CASE("nft: a match cannot end its rule") {
    for (const std::string match :
         {"tcp dport 22; accept", "tcp dport 22 }", "ip saddr { 1.2.3.4", "tcp dport 22 # ",
          "tcp dport 22\n accept", "tcp dport 22 \\", "$x", "iifname \"a", "} {"}) {
        INFO(match);
        REQUIRE_FALSE(nft([&](LogRule& r) { r.match = match; }).empty());
    }
}

TEST_CASE("nft: words that only look like statements are taken") {
    for (const std::string match : {"icmp type redirect", "iifname \"drop; accept\"",
                                    "ip6 nexthdr icmpv6 icmpv6 code "
                                    "reject-route",
                                    "tcp flags & (fin | syn) == syn", "limit rate over 5/second",
                                    "iifname { \"a}\", \"b\" }"}) {
        INFO(match);
        REQUIRE(nft([&](LogRule& r) { r.match = match; }).empty());
    }
}

TEST_CASE("iptables: a match cannot end its line") {
    for (const std::string match : {"-m mark --mark 1\n-A INPUT -j DROP",
                                    "-m comment --comment \"x", "-m x \\", "-m mark\r--mark 1"})
        REQUIRE_FALSE(iptables([&](LogRule& r) { r.match = match; }).empty());
    REQUIRE_FALSE(iptables([](LogRule& r) { r.match = std::string(5000, ' '); }).empty());
    REQUIRE(iptables([](LogRule& r) { r.match = "-m comment --comment \"a b\""; }).empty());
}

TEST_CASE("limits of iptables") {
    using Unit = RateLimit::Unit;
    REQUIRE(iptables([](LogRule& r) { r.limit = RateLimit{10000, Unit::second, 10000}; }).empty());
    REQUIRE(contains(iptables([](LogRule& r) {
                         r.limit = RateLimit{10001, Unit::second, 1};
                     }),
                     "10000/second"));
    REQUIRE(contains(iptables([](LogRule& r) {
                         r.limit = RateLimit{600001, Unit::minute, 1};
                     }),
                     "10000/second"));
    REQUIRE(contains(iptables([](LogRule& r) {
                         r.limit = RateLimit{1, Unit::second, 10001};
                     }),
                     "burst of 10000"));
    REQUIRE(iptables([](LogRule& r) { r.limit = RateLimit{1, Unit::hour, 24}; }).empty());
    REQUIRE(contains(iptables([](LogRule& r) {
                         r.limit = RateLimit{1, Unit::hour, 25};
                     }),
                     "one day"));
    REQUIRE(nft([](LogRule& r) { r.limit = RateLimit{1000000, Unit::second, 100000}; }).empty());
    REQUIRE(iptables([](LogRule& r) { r.name.assign(63, 'n'); }).empty());
    REQUIRE(contains(iptables([](LogRule& r) { r.name.assign(64, 'n'); }), "63 bytes"));
    REQUIRE(nft([](LogRule& r) { r.name.assign(127, 'n'); }).empty());
    REQUIRE(contains(nft([](LogRule& r) { r.name.assign(128, 'n'); }), "127 bytes"));
    REQUIRE(contains(iptables([](LogRule& r) { r.protocol = {0}; }), "any protocol"));
}
