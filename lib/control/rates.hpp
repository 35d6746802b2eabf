// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// How fast a count grows, over a second, a minute and a quarter of an hour. Remembers
/// at most some 100 samples. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace nflogd::control {

/// A second; over the time since the first sample where that is shorter.
struct Rates {
    double second = 0;
    double minute = 0;
    double quarter = 0;
};

class RateWindow {
public:
    explicit RateWindow(std::chrono::nanoseconds window) : window_(window) {}

    /// `now` never goes back.
    void add(std::chrono::nanoseconds now, std::uint64_t count);
    [[nodiscard]] double rate(std::chrono::nanoseconds now, std::uint64_t count) const;

private:
    struct Sample {
        std::chrono::nanoseconds at;
        std::uint64_t count;
    };

    std::chrono::nanoseconds window_;
    std::deque<Sample> samples_;  ///< the first is older than the window, if any is
};

class RateHistory {
public:
    void add(std::chrono::nanoseconds now, std::uint64_t count);
    [[nodiscard]] Rates rates(std::chrono::nanoseconds now, std::uint64_t count) const;

private:
    RateWindow second_{std::chrono::seconds(1)};
    RateWindow minute_{std::chrono::minutes(1)};
    RateWindow quarter_{std::chrono::minutes(15)};
};

}  // namespace nflogd::control
