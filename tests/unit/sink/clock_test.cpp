// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Rotation by a wall clock that jumps: the order of the files' names is the order
/// of the records, nothing is lost, and there is never a rotation after another.
#include <algorithm>

#include "sink/file_support.hpp"
#include "sink/rotated_name.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kLength = 20;

/// A lane on a file: each step writes a record and does what is due.
struct Lane {
    LogPlace place;
    std::unique_ptr<Sink> sink;
    std::size_t records = 0;

    Lane(std::chrono::seconds interval, std::int64_t start) {
        place.options.rotate.interval = interval;
        place.options.sync = 0ms;
        place.clock.wall = std::chrono::seconds(start);
        sink = place.open();
    }

    void step() {
        write_all(*sink, numbered(1, kLength, records++));
        tend();
    }
    /// As a lane does: as often as it is due at once. Twice would be a busy loop.
    void tend() {
        sink->tend();
        const auto due = sink->tend();
        REQUIRE((!due || *due > place.clock.mono));
    }
    /// To a wall time; a moment passes.
    void jump_to(std::int64_t seconds) {
        place.clock.wall = std::chrono::seconds(seconds);
        place.clock.mono += 1ms;
    }
    void pass(std::chrono::seconds time, std::chrono::seconds step_length) {
        for (auto left = time; left > 0s; left -= step_length) {
            place.clock.advance(step_length);
            step();
        }
    }
    /// Rotated names, as rotation orders them; each must be one of ours.
    [[nodiscard]] std::vector<std::string> rotated() const {
        std::vector<std::pair<RotationId, std::string>> found;
        for (const std::string& name : place.temp.names()) {
            if (name == "log") continue;
            const auto parsed = parse_rotated("log", name);
            REQUIRE(parsed);
            found.emplace_back(parsed->id, name);
        }
        std::sort(found.begin(), found.end());
        std::vector<std::string> names;
        for (const auto& [id, name] : found) names.push_back(name);
        return names;
    }
    void check_order() const {
        std::string text;
        for (const std::string& name : rotated()) {
            const std::string content = place.content(name);
            REQUIRE_FALSE(content.empty());
            text += content;
        }
        REQUIRE((text + place.content() == numbered(records, kLength).text()));
    }
};

constexpr std::int64_t kNow = 1795428234;  // 2026-11-23 10:03:54 UTC
constexpr std::int64_t kHour = 3600;

}  // namespace

TEST_CASE("jumps of an hour, to 1970 and to 2100, to and fro") {
    const TimeZone zone("UTC0");
    const std::vector<std::vector<std::int64_t>> journeys = {
        {kNow + kHour, kNow, kNow + kHour, kNow},
        {kNow - kHour, kNow, kNow - kHour, kNow},
        {0, kNow, 0, kNow},
        {0, 1, 2, 3 * kHour, kNow},
        {4'102'444'800, kNow, kNow + kHour, kNow + 2 * kHour},
        {0, 4'102'444'800, 0, 4'102'444'800, kNow},
    };
    for (const std::chrono::seconds interval : {60s, 3600s, 86'400s, 366 * 86'400s}) {
        for (const auto& journey : journeys) {
            Lane lane(interval, kNow);
            lane.step();
            for (const std::int64_t stop : journey) {
                lane.jump_to(stop);
                for (int i = 0; i < 5; ++i) lane.step();
                REQUIRE(lane.sink->reopen().ok());
                lane.step();
            }
            lane.check_order();
            REQUIRE(lane.rotated().size() <= journey.size());
            lane.pass(3 * interval, interval);  // and it rotates as ever
            lane.check_order();
            REQUIRE(lane.rotated().size() >= 2);
        }
    }
}

TEST_CASE("a clock that starts in 1970 and is set right later") {
    const TimeZone zone("UTC0");
    Lane lane(1h, 5);
    lane.pass(600s, 60s);
    REQUIRE(lane.rotated().empty());
    lane.jump_to(kNow);
    lane.step();
    lane.step();
    REQUIRE(lane.rotated() == std::vector<std::string>{"log.20261123-100354"});
    lane.check_order();
}

TEST_CASE("a thousand rotations at one standing second have a thousand names") {
    Lane lane(0s, kNow);
    lane.place.options.rotate.size = kLength;
    lane.sink = lane.place.open();
    for (int i = 0; i < 1000; ++i) lane.step();
    REQUIRE(lane.rotated().size() == 999);
    lane.check_order();
}

TEST_CASE("summer time begins and ends: each hour and each day ends once") {
    const TimeZone zone("CET-1CEST,M3.5.0,M10.5.0/3");
    constexpr std::int64_t kSpring = 1774742400;  // 2026-03-29 00:00 UTC, an hour before
    constexpr std::int64_t kAutumn = 1792886400;  // 2026-10-25 00:00 UTC, likewise
    for (const std::int64_t change : {kSpring, kAutumn}) {
        Lane hours(1h, change - 2 * kHour);
        hours.pass(6h, 60s);
        hours.check_order();
        REQUIRE(hours.rotated().size() == 6);
        // From noon to noon: the one midnight of local time.
        Lane days(24h, change - 13 * kHour);
        days.pass(24h, 600s);
        days.check_order();
        REQUIRE(days.rotated().size() == 1);
    }
}
