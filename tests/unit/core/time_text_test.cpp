// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/time_text.hpp"

#include <cstdlib>
#include <ctime>

#include "catch.hpp"

using namespace nflogd;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
/// 2026-11-23T10:03:54.5Z, a Monday; in Berlin 11:03:54.
constexpr std::uint64_t kNow = 1795428234'500000000;

std::uint64_t moment(std::string_view text) {
    const auto read = parse_moment(text, kNow);
    return read ? *read / kSecond : 0;
}

}  // namespace

TEST_CASE("times are read as people write them") {
    ::setenv("TZ", "Europe/Berlin", 1);
    ::tzset();
    constexpr std::uint64_t kNowSeconds = kNow / kSecond;
    constexpr std::uint64_t kMidnight = 1795388400;  // 2026-11-22T23:00:00Z
    CHECK(parse_moment("now", kNow).ok());
    CHECK(moment("now") == kNowSeconds);
    CHECK(moment("30s") == kNowSeconds - 30);
    CHECK(moment("10m") == kNowSeconds - 600);
    CHECK(moment("2h") == kNowSeconds - 7200);
    CHECK(moment("2d") == kNowSeconds - 172800);
    CHECK(moment("1w") == kNowSeconds - 604800);
    CHECK(moment("today") == kMidnight);
    CHECK(moment("yesterday") == kMidnight - 86400);
    CHECK(moment("10:30") == kMidnight + 10 * 3600 + 30 * 60);
    CHECK(moment("10:30:15") == kMidnight + 10 * 3600 + 30 * 60 + 15);
    CHECK(moment("2026-11-23") == kMidnight);
    CHECK(moment("2026-11-23T10:30") == moment("10:30"));
    CHECK(moment("2026-11-23 10:30:15") == moment("10:30:15"));
    CHECK(moment("2026-07-01") == 1782856800);  // summer time
    CHECK(moment("2026-11-23T10:03:54.123456Z") == kNowSeconds);
    CHECK(moment("2026-11-23T11:03:54+01:00") == kNowSeconds);
    CHECK(moment("2026-11-23T05:33:54.9-04:30") == kNowSeconds);
}

TEST_CASE("the day before the first of a month is the last of the other") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    constexpr std::uint64_t kFirst = 1796083200'000000000;  // 2026-12-01T00:00:00Z
    CHECK(*parse_moment("yesterday", kFirst) / kSecond == kFirst / kSecond - 86400);
}

TEST_CASE("what is no time is refused with what would be one") {
    for (const std::string_view text :
         {"", "10", "m", "10x", "-5m", "1.5h", "99999999999999999999d", "25:00", "10:60", "10:3",
          "2026-13-01", "2026-02-30", "2026-11-23T", "2026-11-23T10:30:00+1:00", "tomorrow",
          "2026-11-23T10:30Z", "10:30:15\033[2J", "1969-01-01"}) {
        CAPTURE(text);
        const auto read = parse_moment(text, kNow);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().exit_code == EX_USAGE);
        CHECK(read.error().message.find("10m") != std::string::npos);
        CHECK(read.error().message.find('\033') == std::string::npos);
    }
}

TEST_CASE("a reader of UTC keeps no minute that another line had") {
    UtcReader reader;
    CHECK(reader.read("2026-11-23T10:03:54.5Z") == kNow);
    CHECK(reader.read("2026-11-23T10:04:00Z") == kNow + 5'500'000'000);
    CHECK(reader.read("2026-11-23T10:03:54.500000000Z") == kNow);
    CHECK_FALSE(reader.read("2026-11-23T10:0x:54Z"));
    CHECK(reader.read("1970-01-01T00:00:00.000000001Z") == 1);
    CHECK(reader.read("2554-07-21T23:34:33.709551615Z") == ~std::uint64_t{0});
    CHECK_FALSE(reader.read("2554-07-21T23:34:33.709551616Z"));
    CHECK_FALSE(reader.read("2554-07-21T23:34:34Z"));
}
