// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/ledger.hpp"

#include "catch.hpp"

using namespace nflogd;
using pipeline::LedgerKeeper;
using pipeline::LedgerRule;

namespace {

Ledger make(LedgerKeeper& keeper, std::vector<rules::RuleCount> counts, bool at_rest) {
    return keeper.make(std::move(counts), {}, {}, at_rest, system_clock());
}

}  // namespace

TEST_CASE("a rule's books: matched = suppressed + logged + lost") {
    LedgerKeeper keeper;
    keeper.set_rules({LedgerRule{"web", 0, 100, {}}});
    const Ledger ledger = make(keeper, {{"web", 100, 60}}, true);
    REQUIRE(ledger.rules.size() == 1);
    const RuleLedger& rule = ledger.rules[0];
    REQUIRE(rule.rule == "web");
    REQUIRE(rule.matched == 100U);
    REQUIRE(rule.suppressed == 40U);
    REQUIRE(rule.logged == 0);
    REQUIRE(rule.lost_kernel == 60U);
}

TEST_CASE("packets on their way are not lost until the socket was seen empty") {
    LedgerKeeper keeper;
    keeper.set_rules({LedgerRule{"web", 0, 100, {}}});
    REQUIRE(make(keeper, {{"web", 10, 10}}, false).rules[0].lost_kernel == 0U);
    // No capture holds packets back, so what was counted before is overdue now.
    REQUIRE(make(keeper, {{"web", 15, 15}}, false).rules[0].lost_kernel == 10U);
    REQUIRE(make(keeper, {{"web", 15, 15}}, false).rules[0].lost_kernel == 15U);
}

TEST_CASE("without counters nothing is said about them") {
    LedgerKeeper keeper;
    keeper.set_rules({LedgerRule{"web", 0, 100, {}}});
    const Ledger ledger = keeper.make(std::nullopt, {}, {}, true, system_clock());
    REQUIRE_FALSE(ledger.rules[0].matched);
    REQUIRE_FALSE(ledger.rules[0].lost_kernel);
}

TEST_CASE("a rule that is gone keeps its totals") {
    LedgerKeeper keeper;
    keeper.set_rules({LedgerRule{"old", 0, 100, {}}});
    make(keeper, {{"old", 5, 5}}, false);
    keeper.set_rules({LedgerRule{"new", 1, 100, {}}});
    const Ledger ledger = make(keeper, {{"new", 1, 1}}, true);
    REQUIRE(ledger.rules.size() == 2);
    REQUIRE(ledger.rules[0].matched == 5U);
    REQUIRE(ledger.rules[1].matched == 1U);
}

TEST_CASE("only a change of counts is a movement") {
    Ledger before;
    before.rules.push_back({"web", 1, 0, 1, 0});
    Ledger after = before;
    after.timestamp_ns = 99;
    REQUIRE_FALSE(pipeline::moved(before, after));
    after.rules[0].logged = 2;
    REQUIRE(pipeline::moved(before, after));
    after = before;
    after.truncated = 1;
    REQUIRE(pipeline::moved(before, after));
    after = before;
    after.outputs.push_back({"main", 0, 0, 0, 0});
    REQUIRE(pipeline::moved(before, after));
}

TEST_CASE("losses by gaps and losses by counters are not added up twice") {
    Ledger ledger;
    ledger.rules.push_back({"web", 10, 0, 7, 3});
    ledger.groups.push_back({100, 7, 2});
    ledger.outputs.push_back({"main", 1, 2, 4, 0});
    const pipeline::Losses losses = pipeline::losses(ledger);
    REQUIRE(losses.kernel == 3);
    REQUIRE(losses.dropped == 2);
    REQUIRE(losses.failed == 4);
}
