// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/date.hpp"

#include <array>
#include <cstdlib>
#include <ctime>
#include <string>

#include "catch.hpp"

using namespace nflogd;

namespace {

template <typename Time>
std::string text(Time& time, std::uint64_t timestamp_ns) {
    std::array<char, 64> buffer;
    return {buffer.data(), time.write(format::Writer(buffer.data()), timestamp_ns).position()};
}

}  // namespace

TEST_CASE("UTC times, forwards and backwards") {
    format::UtcTime time;
    REQUIRE(text(time, 0) == "1970-01-01T00:00:00.000000Z");
    REQUIRE(text(time, 1795428234'123456789) == "2026-11-23T10:03:54.123456Z");
    REQUIRE(text(time, 1795428234'999999999) == "2026-11-23T10:03:54.999999Z");
    REQUIRE(text(time, 1709210096'000001000) == "2024-02-29T12:34:56.000001Z");
    REQUIRE(text(time, ~std::uint64_t{0}) == "2554-07-21T23:34:33.709551Z");
    REQUIRE(text(time, 1'000'000'000) == "1970-01-01T00:00:01.000000Z");
}

TEST_CASE("local times follow the machine's zone") {
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
    format::LocalTime time;
    REQUIRE(text(time, 1795428234'123456789) == "Nov 23 11:03:54.123");
    REQUIRE(text(time, 1782900000'000000000) == "Jul 01 12:00:00.000");
    ::setenv("TZ", "UTC", 1);
    ::tzset();
}

TEST_CASE("times of RFC 3164 put a space before a single digit") {
    ::setenv("TZ", "UTC0", 1);
    ::tzset();
    format::BsdTime time;
    REQUIRE(text(time, 1793701234'999999999) == "Nov  3 10:20:34");
    REQUIRE(text(time, 1795428234'000000000) == "Nov 23 10:03:54");
    REQUIRE(text(time, 0) == "Jan  1 00:00:00");
}
