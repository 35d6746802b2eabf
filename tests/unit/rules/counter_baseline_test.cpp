// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/counter_baseline.hpp"

#include "catch.hpp"

using namespace nflogd::rules;

namespace {

RuleCount only(const std::vector<RuleCount>& counts) {
    REQUIRE(counts.size() == 1);
    return counts[0];
}

/// One rule, one place.
RuleCount take(CounterBaseline& totals, std::uint64_t matched, std::uint64_t passed) {
    return only(totals.take({{"a", "", matched, passed}}));
}

}  // namespace

TEST_CASE("a total follows its counter") {
    CounterBaseline totals;
    CHECK(take(totals, 5, 4).matched == 5);
    const auto count = take(totals, 9, 6);
    CHECK(count.matched == 9);
    CHECK(count.passed == 6);
    CHECK_FALSE(count.restarted);
}

TEST_CASE("a counter that goes back begins a new baseline, told once") {
    CounterBaseline totals;
    REQUIRE(take(totals, 100, 90).matched == 100);
    const auto after = take(totals, 7, 6);
    CHECK(after.matched == 107);
    CHECK(after.passed == 96);
    CHECK(after.restarted);
    CHECK_FALSE(take(totals, 7, 6).restarted);
    CHECK(take(totals, 0, 0).matched == 107);
}

TEST_CASE("of a pair only one was reset: nothing was suppressed that was not matched") {
    CounterBaseline totals;
    REQUIRE(take(totals, 100, 100).matched == 100);
    const auto after = take(totals, 3, 110);
    CHECK(after.matched >= after.passed);
    CHECK(after.passed == 110);
    const auto later = take(totals, 20, 127);
    CHECK(later.matched >= after.matched);
    CHECK(later.passed == 127);
}

TEST_CASE("two counters that are read one after the other never suppress less than nothing") {
    CounterBaseline totals;
    const auto count = take(totals, 10, 11);
    CHECK(count.matched == 11);
    CHECK(take(totals, 11, 11).matched == 11);
}

TEST_CASE("places are added up, and each has its own baseline") {
    CounterBaseline totals;
    CHECK(only(totals.take({{"a", "4", 10, 10}, {"a", "6", 100, 100}})).matched == 110);
    const auto count = only(totals.take({{"a", "4", 2, 2}, {"a", "6", 150, 150}}));
    CHECK(count.matched == 162);
    CHECK(count.restarted);
}

TEST_CASE("a rule that was put back begins at 0, whatever it reads next") {
    CounterBaseline totals;
    REQUIRE(take(totals, 10, 10).matched == 10);
    totals.begin_again();
    const auto count = take(totals, 500, 400);
    CHECK(count.matched == 510);
    CHECK(count.passed == 410);
    CHECK(count.restarted);
    totals.begin_again("a", "");
    CHECK(take(totals, 1, 1).matched == 511);
    totals.begin_again("nobody", "");
}

TEST_CASE("new counters that take over are no restart") {
    CounterBaseline totals;
    REQUIRE(take(totals, 10, 10).matched == 10);
    totals.carry();
    const auto count = take(totals, 3, 3);
    CHECK(count.matched == 13);
    CHECK_FALSE(count.restarted);
}

TEST_CASE("what was counted before we came is not ours") {
    CounterBaseline totals;
    totals.start({{"a", "", 1000, 900}});
    CHECK(take(totals, 1000, 900).matched == 0);
    const auto count = take(totals, 1010, 905);
    CHECK(count.matched == 10);
    CHECK(count.passed == 5);
    CHECK(take(totals, 4, 4).matched == 14);
}

TEST_CASE("a place that is gone keeps what it had") {
    CounterBaseline totals;
    REQUIRE(only(totals.take({{"a", "1", 10, 10}})).matched == 10);
    const auto count = only(totals.take({{"a", "2", 1, 1}}));
    CHECK(count.matched == 11);
    CHECK(count.restarted);
    CHECK(totals.take({}).empty());
    REQUIRE(totals.told().size() == 1);
    CHECK(totals.told()[0].matched == 11);
    CHECK(only(totals.take({{"a", "1", 5, 5}})).matched == 16);
}

TEST_CASE("rules keep the order of their readings") {
    CounterBaseline totals;
    const auto counts = totals.take({{"z", "4", 1, 1}, {"a", "4", 2, 2}, {"z", "6", 3, 3}});
    REQUIRE(counts.size() == 2);
    CHECK(counts[0].name == "z");
    CHECK(counts[0].matched == 4);
    CHECK(counts[1].name == "a");
}
