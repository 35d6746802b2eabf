// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/schedule.hpp"

#include <array>
#include <ctime>
#include <string>

#include "catch.hpp"
#include "sink/support.hpp"

using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kDay = 24h;
constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
/// Summer time began at midnight on 2018-11-04 and ended at midnight on 2018-02-18.
constexpr const char* kSaoPaulo = "BRT3BRST,M11.1.0/0,M2.3.0/0";

std::int64_t utc(const char* text) {
    std::tm parts{};
    REQUIRE(::strptime(text, "%Y-%m-%d %H:%M:%S", &parts) != nullptr);
    return ::timegm(&parts);
}

std::string local(std::int64_t when) {
    const time_t seconds = when;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S %Z", &parts);
    return text.data();
}

std::string after(const char* when, std::chrono::seconds interval) {
    return local(next_boundary(utc(when), interval));
}

}  // namespace

TEST_CASE("boundaries are multiples of local time") {
    const TimeZone zone("IST-5:30");
    REQUIRE(after("2026-11-23 10:03:54", kDay) == "2026-11-24 00:00:00 IST");
    REQUIRE(after("2026-11-23 18:29:59", kDay) == "2026-11-24 00:00:00 IST");
    REQUIRE(after("2026-11-23 18:30:00", kDay) == "2026-11-25 00:00:00 IST");
    REQUIRE(after("2026-11-23 10:03:54", 1h) == "2026-11-23 16:00:00 IST");
    REQUIRE(after("2026-11-23 10:03:54", 5min) == "2026-11-23 15:35:00 IST");
    REQUIRE(after("1969-12-31 00:00:00", kDay) == "1970-01-01 00:00:00 IST");
}

TEST_CASE("midnight stays midnight over summer time") {
    const TimeZone zone(kBerlin);
    REQUIRE(after("2026-03-28 22:59:59", kDay) == "2026-03-29 00:00:00 CET");
    REQUIRE(after("2026-03-28 23:00:00", kDay) == "2026-03-30 00:00:00 CEST");
    REQUIRE(after("2026-10-24 22:00:00", kDay) == "2026-10-26 00:00:00 CET");
    REQUIRE(after("2026-10-25 12:00:00", kDay) == "2026-10-26 00:00:00 CET");
}

TEST_CASE("full hours go on over summer time") {
    const TimeZone zone(kBerlin);
    REQUIRE(after("2026-03-29 00:30:00", 1h) == "2026-03-29 03:00:00 CEST");
    REQUIRE(after("2026-10-25 00:30:00", 1h) == "2026-10-25 02:00:00 CET");
    REQUIRE(after("2026-10-25 01:30:00", 1h) == "2026-10-25 03:00:00 CET");
}

TEST_CASE("a midnight that does not exist, or comes twice, is one boundary") {
    const TimeZone zone(kSaoPaulo);
    REQUIRE(after("2018-11-04 01:00:00", kDay) == "2018-11-04 01:00:00 BRST");
    REQUIRE(after("2018-11-04 03:00:00", kDay) == "2018-11-05 00:00:00 BRST");
    REQUIRE(after("2018-02-18 01:00:00", kDay) == "2018-02-18 00:00:00 BRT");
    REQUIRE(after("2018-02-18 02:30:00", kDay) == "2018-02-18 00:00:00 BRT");
}

TEST_CASE("a boundary is always in the future, and no more than an interval and an hour off") {
    for (const char* name : {kBerlin, kSaoPaulo, "UTC0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"}) {
        const TimeZone zone(name);
        for (const std::chrono::seconds interval : {60s, 420s, 3600s, 21'600s, 86'400s, 604'800s}) {
            for (std::int64_t when = utc("2026-01-01 00:00:00"); when < utc("2026-12-31 00:00:00");
                 when += 1733) {
                const std::int64_t next = next_boundary(when, interval);
                if (next > when && next <= when + interval.count() + 3600) continue;
                FAIL(name << " " << interval.count() << " " << when << " " << next);
            }
        }
    }
}

TEST_CASE("a period is due once it is over") {
    const TimeZone zone("UTC0");
    Schedule schedule(1h);
    schedule.start(utc("2026-11-23 10:30:00"));
    REQUIRE_FALSE(schedule.due(utc("2026-11-23 10:59:59")));
    REQUIRE(schedule.due(utc("2026-11-23 11:00:00")));
    REQUIRE(schedule.due(utc("2099-11-23 11:00:00")));
}

TEST_CASE("a clock set back makes nothing due, and time goes on from there") {
    const TimeZone zone("UTC0");
    Schedule schedule(1h);
    schedule.start(utc("2099-11-23 10:30:00"));
    REQUIRE_FALSE(schedule.due(utc("2026-11-23 10:30:00")));
    REQUIRE_FALSE(schedule.due(utc("2026-11-23 10:59:59")));
    REQUIRE(schedule.due(utc("2026-11-23 11:00:00")));
}

TEST_CASE("without an interval nothing is ever due") {
    Schedule schedule(0s);
    schedule.start(0);
    REQUIRE_FALSE(schedule.enabled());
    REQUIRE_FALSE(schedule.due(utc("2099-01-01 00:00:00")));
}
