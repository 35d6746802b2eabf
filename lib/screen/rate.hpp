// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// How many records came in each of the last 60 seconds. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace nflogd::screen {

class RateHistory {
public:
    static constexpr std::size_t kSeconds = 60;
    using Counts = std::array<std::uint64_t, kSeconds>;

    /// `now` on a clock that never goes back (Clock::monotonic()).
    void add(std::uint64_t records, std::chrono::nanoseconds now);

    /// Of the last whole second.
    [[nodiscard]] std::uint64_t per_second(std::chrono::nanoseconds now);
    /// The whole seconds before `now`, the oldest first.
    [[nodiscard]] Counts last_minute(std::chrono::nanoseconds now);

private:
    void advance(std::chrono::nanoseconds now);
    [[nodiscard]] std::uint64_t& at(std::uint64_t second) {
        return counts_[second % counts_.size()];
    }

    std::array<std::uint64_t, kSeconds + 1> counts_{};  ///< and the one that goes on
    std::uint64_t second_ = 0;
};

}  // namespace nflogd::screen
