// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/schedule.hpp"

#include <algorithm>
#include <ctime>

namespace nflogd::sink {
namespace {

/// Seconds east of Greenwich at that moment.
std::int64_t offset_at(std::int64_t seconds) {
    const time_t when = seconds;
    std::tm local{};
    return ::localtime_r(&when, &local) == nullptr ? 0 : local.tm_gmtoff;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

std::int64_t next_boundary(std::int64_t seconds, std::chrono::seconds interval) {
    const std::int64_t step = interval.count();
    const std::int64_t offset = offset_at(seconds);
    const std::int64_t local = (floor_div(seconds + offset, step) + 1) * step;
    // The same local time by today's offset and by the one in force then; they
    // differ when a change to or from summer time lies between.
    const std::int64_t now_rules = local - offset;
    const std::int64_t then_rules = local - offset_at(now_rules);
    const auto [first, second] = std::minmax(now_rules, then_rules);
    for (const std::int64_t moment : {first, second}) {
        if (moment > seconds && (moment + offset_at(moment)) % step == 0) return moment;
    }
    return second;
}

void Schedule::start(std::int64_t when) {
    if (!enabled()) return;
    begin_ = when;
    next_ = next_boundary(when, interval_);
}

bool Schedule::due(std::int64_t now) {
    if (!enabled()) return false;
    if (now < begin_) start(now);
    return now >= next_;
}

}  // namespace nflogd::sink
