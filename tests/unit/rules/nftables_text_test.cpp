// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/nftables_text.hpp"

#include "catch.hpp"
#include "rules/rules.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

std::string rendered(std::vector<LogRule> rules) {
    const auto text = render(options(std::move(rules)));
    return text ? *text : "error: " + text.error().message;
}

/// The matches in front of the jump to the rule.
std::string jump_of(const LogRule& one) {
    const auto text = rendered({one});
    const auto end = text.find("jump log.");
    if (end == std::string::npos) return text;
    const auto start = text.rfind('\n', end) + 1 + 8;
    return text.substr(start, end - start);
}

}  // namespace

TEST_CASE("a rule is a table with counters, a chain that logs and a jump to it") {
    auto one = rule("input-new");
    one.in = {"eth0"};
    one.ct_state = {"new"};
    one.limit = RateLimit{1000, RateLimit::Unit::second, 5000};
    REQUIRE(rendered({one}) == R"(table inet T {
    flags owner

    counter matched.input-new { }
    counter passed.input-new { }
    chain log.input-new {
        counter name "matched.input-new" limit rate 1000/second burst 5000 packets counter name "passed.input-new" log prefix "input-new" group 100 snaplen 128 queue-threshold 64
    }

    chain input {
        type filter hook input priority filter - 10; policy accept;
        iifname "eth0" ct state new jump log.input-new
    }
}
)");
}

TEST_CASE("a rule without limit still counts on both sides of it") {
    const auto text = rendered({rule("all")});
    REQUIRE(contains(text, "counter name \"matched.all\" counter name \"passed.all\" log prefix"));
    REQUIRE_FALSE(contains(text, "limit"));
}

TEST_CASE("a rule that spreads chooses a chain of its own for each group by the flow's hash") {
    auto one = rule("web");
    one.spread = 2;
    const auto text = rendered({one});
    REQUIRE(contains(text, R"(
    chain spread.web.0 {
        log prefix "web" group 100 snaplen 128 queue-threshold 64
    }
    chain spread.web.1 {
        log prefix "web" group 101 snaplen 128 queue-threshold 64
    }
    chain log.web {
        counter name "matched.web" counter name "passed.web" symhash mod 2 vmap { 0 : jump spread.web.0, 1 : jump spread.web.1 }
    }
)"));
}

TEST_CASE("a rule that spreads over fewer groups loses the chains of the others") {
    auto wide = rule("web");
    wide.spread = 3;
    auto narrow = wide;
    narrow.spread = 2;
    const auto before = options({wide});
    const auto names = object_names(before);
    const auto deletes = [&](const LogRule& now) {
        return nft_replacement(before, names, options({now}), names, true).text();
    };
    REQUIRE_FALSE(contains(deletes(wide), "delete chain inet T spread"));
    REQUIRE(contains(deletes(narrow), "delete chain inet T spread.web.2\n"));
    REQUIRE_FALSE(contains(deletes(narrow), "spread.web.1\n"));
    narrow.spread = 1;
    REQUIRE(contains(deletes(narrow), "delete chain inet T spread.web.0\n"));
}

TEST_CASE("each hook has its chain just before the operator's decision") {
    const auto text =
        rendered({rule("a", Hook::prerouting), rule("b", Hook::input), rule("c", Hook::forward),
                  rule("d", Hook::output), rule("e", Hook::postrouting)});
    REQUIRE(contains(text, "type filter hook prerouting priority dstnat - 10; policy accept;"));
    REQUIRE(contains(text, "type filter hook input priority filter - 10; policy accept;"));
    REQUIRE(contains(text, "type filter hook forward priority filter - 10; policy accept;"));
    REQUIRE(contains(text, "type filter hook output priority filter - 10; policy accept;"));
    REQUIRE(contains(text, "type filter hook postrouting priority srcnat - 10; policy accept;"));
}

TEST_CASE("lists become sets, ranges stay ranges") {
    auto one = rule("x", Hook::forward);
    one.in = {"eth0", "ppp*"};
    one.out = {"wan"};
    one.protocol = {6, 17};
    one.source_port = {{1024, 65535}};
    one.destination_port = {{22, 22}, {80, 90}};
    one.ct_state = {"new", "related"};
    one.match = "ip dscp 8";
    REQUIRE(jump_of(one) ==
            "iifname { \"eth0\", \"ppp*\" } oifname \"wan\" meta l4proto { 6, 17 } "
            "th sport 1024-65535 th dport { 22, 80-90 } ct state new,related ip dscp 8 ");
}

TEST_CASE("ports without protocol mean every protocol that has ports") {
    auto one = rule("x");
    one.destination_port = {{53, 53}};
    REQUIRE(jump_of(one) == "meta l4proto { 6, 17, 132, 33, 136 } th dport 53 ");
}

TEST_CASE("the wildcard for all interfaces is no match at all") {
    auto one = rule("x");
    one.in = {"eth0", "*"};
    REQUIRE(jump_of(one).empty());
}

TEST_CASE("addresses of both versions make a jump for each") {
    auto one = rule("x");
    one.source = {{4, "192.0.2.0/24"}, {6, "2001:db8::/32"}, {4, "198.51.100.7"}};
    const auto text = rendered({one});
    REQUIRE(contains(text, "        ip saddr { 192.0.2.0/24, 198.51.100.7 } jump log.x\n"));
    REQUIRE(contains(text, "        ip6 saddr 2001:db8::/32 jump log.x\n"));
}

TEST_CASE("where only one version can match, there is only its jump") {
    auto one = rule("x");
    one.source = {{4, "192.0.2.1"}, {6, "2001:db8::1"}};
    one.destination = v6("2001:db8::2");
    const auto text = rendered({one});
    REQUIRE(contains(text, "ip6 saddr 2001:db8::1 ip6 daddr 2001:db8::2 jump log.x"));
    REQUIRE_FALSE(contains(text, "192.0.2.1"));
}

TEST_CASE("icmp belongs to IPv4, icmpv6 to IPv6") {
    auto one = rule("x");
    one.protocol = {1};
    REQUIRE(jump_of(one) == "meta nfproto ipv4 meta l4proto 1 ");
    one.protocol = {58};
    REQUIRE(jump_of(one) == "meta nfproto ipv6 meta l4proto 58 ");
    one.protocol = {1, 6, 58};
    const auto text = rendered({one});
    REQUIRE(contains(text, "meta nfproto ipv4 meta l4proto { 1, 6 } jump log.x"));
    REQUIRE(contains(text, "meta nfproto ipv6 meta l4proto { 6, 58 } jump log.x"));
}

TEST_CASE("a name that nft cannot take is replaced, the prefix never") {
    const auto text = rendered({rule("plain"), rule("[UFW BLOCK] "), rule("1st")});
    REQUIRE(contains(text, "counter matched.plain { }"));
    REQUIRE(contains(text, "counter matched.1 { }"));
    REQUIRE(contains(text, "log prefix \"[UFW BLOCK] \" group"));
    REQUIRE(contains(text, "chain log.2 {"));
    REQUIRE(contains(text, "log prefix \"1st\" group"));
}

TEST_CASE("a replaced name stays with its rule when rules move") {
    const auto before = object_names(options({rule("a b"), rule("c d")}));
    const auto after = object_names(options({rule("e f"), rule("c d"), rule("a b")}), before);
    REQUIRE(after.at("a b") == "0");
    REQUIRE(after.at("c d") == "1");
    REQUIRE(after.at("e f") == "2");
}

TEST_CASE("a rule that comes does not get the counters of one that goes") {
    const auto before = object_names(options({rule("a b")}));
    const auto after = object_names(options({rule("c d")}), before);
    REQUIRE(after.at("c d") != before.at("a b"));
}

TEST_CASE("a replacement flushes, deletes what is gone and keeps the rest") {
    const auto old = options({rule("stays"), rule("goes", Hook::forward)});
    const auto now = options({rule("stays"), rule("comes")});
    const auto text = nft_replacement(old, object_names(old), now, object_names(now), true).text();
    REQUIRE(contains(text, "flush table inet T"));
    REQUIRE(contains(text, "delete chain inet T forward\n"));
    REQUIRE(contains(text, "delete chain inet T log.goes\n"));
    REQUIRE_FALSE(contains(text, "delete counter"));  // they are read once more
    REQUIRE_FALSE(contains(text, "delete chain inet T input"));
    REQUIRE_FALSE(contains(text, "matched.stays\n"));
    REQUIRE(nft_left_counters("T", object_names(old), object_names(now)).text() ==
            "delete counter inet T matched.goes\ndelete counter inet T passed.goes\n");
    REQUIRE(nft_left_counters("T", object_names(old), object_names(old)).text().empty());
}

TEST_CASE("every generated line knows its rule") {
    const auto opts = options({rule("a"), rule("b")});
    const auto listing = nft_table(opts, object_names(opts), true);
    int line = 1;
    std::size_t from = 0;
    int checked = 0;
    for (; from < listing.text().size(); ++line) {
        const auto end = listing.text().find('\n', from);
        const auto text = listing.text().substr(from, end - from);
        if (contains(text, "jump log.") || contains(text, "log prefix")) {
            REQUIRE(listing.rule_of(line) == (contains(text, "log.b") || contains(text, "\"b\"")));
            ++checked;
        }
        from = end + 1;
    }
    REQUIRE(checked == 4);
    REQUIRE(listing.rule_of(1) == kNoRule);
    REQUIRE(listing.rule_of(0) == kNoRule);
    REQUIRE(listing.rule_of(line) == kNoRule);
}
