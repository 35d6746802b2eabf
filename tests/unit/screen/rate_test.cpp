// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/rate.hpp"

#include "catch.hpp"

using namespace nflogd::screen;
using namespace std::chrono_literals;

TEST_CASE("the rate is that of the last whole second", "[rate]") {
    RateHistory rate;
    rate.add(10, 1000s);
    rate.add(5, 1000s + 900ms);
    CHECK(rate.per_second(1000s + 950ms) == 0);
    rate.add(7, 1001s);
    CHECK(rate.per_second(1001s) == 15);
    CHECK(rate.per_second(1002s) == 7);
    CHECK(rate.per_second(1003s) == 0);
}

TEST_CASE("a minute is kept, the oldest second first", "[rate]") {
    RateHistory rate;
    for (std::uint64_t i = 0; i < 200; ++i) rate.add(i, std::chrono::seconds(i));
    const auto counts = rate.last_minute(200s);
    CHECK(counts.front() == 140);
    CHECK(counts.back() == 199);
    CHECK(rate.last_minute(230s).front() == 170);
    CHECK(rate.last_minute(230s).back() == 0);
    CHECK(rate.last_minute(10000s) == RateHistory::Counts{});
}
