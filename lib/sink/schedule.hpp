// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Rotation by time: at multiples of an interval in local time, so that one day
/// means local midnight and one hour the full hour, over changes to and from
/// summer time. Longer intervals count from 1970-01-01 (a Thursday).
#pragma once

#include <chrono>
#include <cstdint>

namespace nflogd::sink {

/// The first moment after `seconds` (since 1970) at which the local time is a
/// multiple of `interval`, which is not 0. Where the clock jumps over that time,
/// the moment of the jump.
std::int64_t next_boundary(std::int64_t seconds, std::chrono::seconds interval);

/// When the current file's period ends. All times in seconds since 1970.
class Schedule {
public:
    /// 0: never.
    explicit Schedule(std::chrono::seconds interval) : interval_(interval) {}

    [[nodiscard]] bool enabled() const { return interval_.count() > 0; }
    /// The period that holds `when` has begun.
    void start(std::int64_t when);
    /// Whether the period is over. A clock that was set back to before its start
    /// begins another one: nothing is due then.
    bool due(std::int64_t now);
    [[nodiscard]] std::int64_t next() const { return next_; }

private:
    std::chrono::seconds interval_;
    std::int64_t begin_ = 0;
    std::int64_t next_ = 0;
};

}  // namespace nflogd::sink
