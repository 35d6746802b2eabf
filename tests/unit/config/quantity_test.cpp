// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/quantity.hpp"

#include <limits>
#include <string>

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

constexpr Range kAny{0, std::numeric_limits<std::uint64_t>::max() - 1};

std::string why_not_size(std::string_view text, Range range) {
    return parse_size(text, range).error().message;
}

}  // namespace

TEST_CASE("sizes count in powers of 1024") {
    CHECK(*parse_size("0", kAny) == 0);
    CHECK(*parse_size("65536", kAny) == 65536);
    CHECK(*parse_size("64KiB", kAny) == 65536);
    CHECK(*parse_size("100MiB", kAny) == 100ULL << 20);
    CHECK(*parse_size("2GiB", kAny) == 2ULL << 30);
}

TEST_CASE("what is no size is refused with an example") {
    for (const char* bad :
         {"", "KiB", "64KB", "64kib", "64 KiB", "1.5GiB", "1TiB", "0x10", "64KiBs", "064", "+1"}) {
        CAPTURE(bad);
        REQUIRE_FALSE(parse_size(bad, kAny));
        CHECK(why_not_size(bad, kAny) ==
              "must be a size like 65536, 64KiB, 100MiB or 2GiB, is '" + std::string(bad) + "'");
    }
}

TEST_CASE("out of range says the range in the words of the file") {
    CHECK(why_not_size("3KiB", {4 << 10, 128 << 10}) == "must be 4KiB..128KiB, is '3KiB'");
    CHECK(why_not_size("-5KiB", {0, 10}) == "must be 0..10, is '-5KiB'");
    CHECK(why_not_size("18446744073709551615GiB", {0, 1 << 20}) ==
          "must be 0..1MiB, is '18446744073709551615GiB'");
    CHECK(why_not_size("99999999999999999999999", {0, 10}) ==
          "must be 0..10, is '99999999999999999999999'");
    CHECK(why_not_size("1", {4 << 10, 1 << 20, true}) == "must be 0 or 4KiB..1MiB, is '1'");
    CHECK(*parse_size("0", {4 << 10, 1 << 20, true}) == 0);
    CHECK(*parse_size("0KiB", {4 << 10, 1 << 20, true}) == 0);
}

TEST_CASE("durations") {
    CHECK(*parse_duration("100ms", kAny) == 100);
    CHECK(*parse_duration("1s", kAny) == 1000);
    CHECK(*parse_duration("10m", kAny) == 600'000);
    CHECK(*parse_duration("1h", kAny) == 3'600'000);
    CHECK(*parse_duration("1d", kAny) == 86'400'000);
    CHECK(*parse_duration("0", kAny) == 0);
    for (const char* bad : {"1", "s", "1 s", "1.5s", "1sec", "1w", "1S", "", "00"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_duration(bad, kAny));
    }
    CHECK(parse_duration("105ms", kAny, 10).error().message ==
          "must be a multiple of 10ms, is '105ms'");
    CHECK(parse_duration("1d", {1000, 3'600'000}).error().message == "must be 1s..1h, is '1d'");
}

TEST_CASE("rates") {
    const auto rate = parse_rate("1000/second");
    REQUIRE(rate);
    CHECK(rate->rate == 1000);
    CHECK(rate->per == RateLimit::Unit::second);
    CHECK(parse_rate("1/minute")->per == RateLimit::Unit::minute);
    CHECK(parse_rate("1/hour")->per == RateLimit::Unit::hour);
    CHECK(parse_rate("1000000000/day")->per == RateLimit::Unit::day);
    for (const char* bad : {"", "1000", "1000/s", "1000/", "/second", "1000 /second", "0/second",
                            "1000000001/second", "1/second ", "99999999999999999999/day"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_rate(bad));
    }
}

TEST_CASE("everybody may be allowed to write to a socket, nobody to execute it") {
    CHECK(*parse_socket_mode("0660") == 0660);
    CHECK(*parse_socket_mode("0666") == 0666);
    CHECK(*parse_socket_mode("600") == 0600);
    for (const char* bad : {"", "0460", "0260", "0760", "0661", "02660", "0668"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_socket_mode(bad));
    }
}

TEST_CASE("modes are octal and safe") {
    CHECK(*parse_mode("0640") == 0640);
    CHECK(*parse_mode("640") == 0640);
    CHECK(*parse_mode("0o600") == 0600);
    CHECK(*parse_mode("0664") == 0664);
    for (const char* bad : {"", "0", "0400", "0240", "0602", "0642", "0700", "0650", "01640", "888",
                            "rw", "0640 ", "-0640", "0o", "0640640640640640"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_mode(bad));
    }
}
