// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/restarts.hpp"

#include "catch.hpp"

using namespace std::chrono_literals;
using nflogd::pipeline::Restarts;

TEST_CASE("a worker that did its work is followed at once, however often it is killed") {
    Restarts restarts;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(restarts.after({false, true}, i * 10ms) == 0ms);
    }
}

TEST_CASE("workers that achieve nothing come slower and slower, then no more") {
    Restarts restarts;
    std::chrono::milliseconds all{0};
    int tries = 0;
    while (const auto pause = restarts.after({false, false}, 0s)) {
        REQUIRE((all == 0ms || *pause >= 50ms));
        all += *pause;
        REQUIRE(++tries < 100);
    }
    REQUIRE(tries == Restarts::kMaxInVain - 1);
    REQUIRE(all > 1s);
    REQUIRE(all < 10s);
}

TEST_CASE("one that works in between makes up for those that did not") {
    Restarts restarts;
    for (int i = 0; i < 100; ++i) {
        REQUIRE(restarts.after({false, false}, 0s));
        REQUIRE(restarts.after({false, true}, 0s) == 0ms);
    }
}

TEST_CASE("crashes in quick succession end it, though packets were handled") {
    Restarts restarts;
    for (std::size_t i = 0; i + 1 < Restarts::kMaxCrashes; ++i) {
        REQUIRE(restarts.after({true, true}, 1s * i));
    }
    REQUIRE_FALSE(restarts.after({true, true}, 30s));
    Restarts slow;
    for (int i = 0; i < 200; ++i) REQUIRE(slow.after({true, true}, 10s * i));
}
