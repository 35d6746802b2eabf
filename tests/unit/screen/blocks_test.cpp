// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/blocks.hpp"

#include <array>

#include "catch.hpp"

using namespace nflogd::screen;

TEST_CASE("a sparkline is scaled to its largest number", "[blocks]") {
    constexpr std::array<std::uint64_t, 5> kNumbers = {0, 1, 400, 800, 100};
    CHECK(sparkline(kNumbers, 10, true) == " ▁▄█▁");
    CHECK(sparkline(kNumbers, 10, false) == " .:#.");
    CHECK(sparkline(kNumbers, 2, true) == "█▁");
    CHECK(sparkline(kNumbers, 0, true).empty());
    constexpr std::array<std::uint64_t, 2> kNothing = {0, 0};
    CHECK(sparkline(kNothing, 10, true) == "  ");
}

TEST_CASE("a bar fills its part of the columns", "[blocks]") {
    CHECK(bar(1, 2, 4, true) == "██  ");
    CHECK(bar(1, 2, 4, false) == "##  ");
    CHECK(bar(1, 1000, 4, true) == "▏   ");
    CHECK(bar(0, 5, 4, true) == "    ");
    CHECK(bar(9, 5, 4, true) == "████");
    CHECK(bar(1, 0, 2, true) == "  ");
    CHECK(bar(1, 2, 0, true).empty());
    CHECK(bar(18446744073709551615U, 18446744073709551615U, 3, false) == "###");
}
