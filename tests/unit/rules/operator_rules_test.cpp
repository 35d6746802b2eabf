// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the operator's rules log, and whether one can tell how much.
#include "rules/operator_rules.hpp"

#include <linux/netfilter.h>

#include "catch.hpp"

using namespace nflogd::rules;

namespace {

NftExpression plain(std::string name) {
    NftExpression made;
    made.name = std::move(name);
    return made;
}
NftExpression counter(std::uint64_t packets) {
    auto made = plain("counter");
    made.packets = packets;
    return made;
}
NftExpression named(std::string object) {
    auto made = plain("counter");
    made.object = std::move(object);
    return made;
}
NftExpression setter(std::string name) {
    auto made = plain(std::move(name));
    made.sets = true;
    return made;
}
NftExpression log_to(std::uint16_t group, std::string prefix = "p") {
    auto made = plain("log");
    made.group = group;
    made.prefix = std::move(prefix);
    return made;
}

NftItem item(NftItem::Kind kind, std::uint64_t handle) {
    NftItem made;
    made.kind = kind;
    made.family = NFPROTO_INET;
    made.table = "t";
    made.handle = handle;
    return made;
}
NftItem rule(std::vector<NftExpression> expressions, std::uint64_t handle = 9) {
    auto made = item(NftItem::Kind::rule, handle);
    made.chain = "c";
    made.expressions = std::move(expressions);
    return made;
}
NftItem object(std::string name, std::uint64_t packets) {
    auto made = item(NftItem::Kind::object, 3);
    made.name = std::move(name);
    made.packets = packets;
    return made;
}

OperatorRule only(std::vector<NftItem> items) {
    const auto rules = operator_rules(items);
    REQUIRE(rules.size() == 1);
    return rules[0];
}
OperatorRule of(std::vector<NftExpression> expressions) {
    return only({rule(std::move(expressions))});
}

}  // namespace

TEST_CASE("a counter beside the log counts it") {
    CHECK(of({plain("cmp"), counter(5), log_to(7)}).passed == 5U);
    CHECK(of({log_to(7), counter(5), plain("immediate")}).passed == 5U);
    CHECK(of({counter(5), setter("immediate"), setter("meta"), log_to(7)}).passed == 5U);
    CHECK(of({counter(9), plain("cmp"), counter(5), log_to(7)}).passed == 5U);
}

TEST_CASE("a counter with a match or a limit between it and the log does not") {
    CHECK_FALSE(of({counter(5), plain("cmp"), log_to(7)}).passed);
    CHECK_FALSE(of({counter(5), plain("limit"), log_to(7)}).passed);
    CHECK_FALSE(of({log_to(7), plain("limit"), counter(5)}).passed);
    CHECK_FALSE(of({log_to(7), plain("immediate"), counter(5)}).passed);
    CHECK_FALSE(of({log_to(7)}).passed);
    CHECK_FALSE(of({log_to(7)}).matched);
}

TEST_CASE("counters on both sides of a limit tell what it suppressed") {
    const auto both = of({plain("cmp"), counter(50), plain("limit"), counter(5), log_to(7)});
    CHECK(both.matched == 50U);
    CHECK(both.passed == 5U);
    const auto behind = of({counter(50), plain("limit"), log_to(7), counter(5)});
    CHECK(behind.matched == 50U);
    CHECK(behind.passed == 5U);
    CHECK(of({counter(50), plain("cmp"), plain("limit"), counter(5), log_to(7)}).matched == 5U);
}

TEST_CASE("a named counter counts for its only rule") {
    const auto alone = only({object("n", 8), rule({named("n"), log_to(7)})});
    CHECK(alone.passed == 8U);
    const auto shared =
        operator_rules({object("n", 8), rule({named("n"), log_to(7)}, 1), rule({named("n")}, 2)});
    REQUIRE(shared.size() == 1);
    CHECK_FALSE(shared[0].passed);
    CHECK_FALSE(only({rule({named("nowhere"), log_to(7)})}).passed);
}

TEST_CASE("a rule is told by table, chain and handle; the log by group and prefix") {
    const auto found =
        only({item(NftItem::Kind::table, 4), rule({counter(1), log_to(7, "theirs  ")}, 12)});
    CHECK(found.where == "inet t c handle 12");
    CHECK(found.group == 7);
    CHECK(found.prefix == "theirs");
    const auto remade =
        only({item(NftItem::Kind::table, 5), rule({counter(1), log_to(7, "theirs")}, 12)});
    CHECK(remade.place != found.place);  // another table of the same name
}

TEST_CASE("a log to the kernel's own log is none of ours, two logs are two") {
    CHECK(operator_rules({rule({plain("log")})}).empty());
    const auto two = operator_rules({rule({counter(3), log_to(7), log_to(8)})});
    REQUIRE(two.size() == 2);
    CHECK(two[1].passed == 3U);
    CHECK(two[0].place != two[1].place);
}

TEST_CASE("iptables-legacy's rules count by themselves") {
    const auto rules = operator_rules(
        parse_iptables_save(
            "*filter\n:INPUT ACCEPT [0:0]\n"
            "[12:345] -A INPUT -p udp -j NFLOG --nflog-prefix \"foo bar \" --nflog-group 5\n"
            "[1:1] -A INPUT -p tcp -j NFLOG\n"
            "[1:1] -A INPUT -p tcp -j NFLOG\n"
            "[9:9] -A INPUT -m comment --comment \"-j NFLOG\" -j DROP\nCOMMIT\n"),
        4);
    REQUIRE(rules.size() == 3);
    CHECK(rules[0].prefix == "foo bar");
    CHECK(rules[0].group == 5);
    CHECK(rules[0].passed == 12U);
    CHECK(rules[0].matched == 12U);
    CHECK(rules[0].where ==
          "iptables-legacy -t filter -A INPUT -p udp -j NFLOG --nflog-prefix \"foo bar \" "
          "--nflog-group 5");
    CHECK(rules[1].group == 0);
    CHECK(rules[1].place != rules[2].place);
}
