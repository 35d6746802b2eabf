// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/rates.hpp"
#include "catch.hpp"

using namespace nflogd::control;
using namespace std::chrono_literals;

TEST_CASE("a steady count has the same rate over every window") {
    RateHistory history;
    std::uint64_t count = 0;
    std::chrono::nanoseconds now = 5s;
    for (; now < 2000s; now += 400ms, count += 40) history.add(now, count);
    const Rates rates = history.rates(now, count);
    CHECK(rates.second == Approx(100));
    CHECK(rates.minute == Approx(100));
    CHECK(rates.quarter == Approx(100));
}

TEST_CASE("what is over is forgotten, by the short windows first") {
    RateHistory history;
    history.add(0s, 0);
    for (int i = 1; i <= 10; ++i) history.add(std::chrono::seconds(i), 600 * static_cast<std::uint64_t>(i));
    history.add(30s, 6000);
    const Rates rates = history.rates(30s, 6000);
    CHECK(rates.second == 0);
    CHECK(rates.minute == Approx(200));  // 6000 in 30 s: there is no more yet
    CHECK(rates.quarter == Approx(200));
    history.add(100s, 6000);
    CHECK(history.rates(100s, 6000).minute == 0);
    CHECK(history.rates(100s, 6000).quarter == Approx(60));
}

TEST_CASE("a window that begins between two samples counts its part") {
    RateWindow window(10s);
    window.add(0s, 0);
    window.add(10s, 100);
    CHECK(window.rate(15s, 100) == Approx(5));
    CHECK(window.rate(15s, 200) == Approx(15));
}

TEST_CASE("nothing known is no rate") {
    CHECK(RateWindow(1s).rate(5s, 7) == 0);
    RateWindow window(1s);
    window.add(5s, 7);
    CHECK(window.rate(5s, 9) == 0);
}
