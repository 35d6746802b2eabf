// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What one thread of `nflogd top` counts and another shows.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "counting.hpp"
#include "screen/rate.hpp"
#include "screen/screen.hpp"

namespace nflogd::daemon {

/// Any thread.
class TopCounts {
public:
    TopCounts(const Labels& labels, filter::Filter filter, const Clock& clock)
        : clock_(clock), counting_(labels, std::move(filter)) {}

    /// Runs `count(Counting&)`, which returns how many packets it counted, so that the
    /// screen waits for it: for some milliseconds at most.
    template <typename Count>
    void add(Count count) {
        const std::lock_guard lock(mutex_);
        rate_.add(static_cast<std::uint64_t>(count(counting_)), clock_.monotonic());
    }
    /// Why nothing comes; empty when something does again.
    void set_trouble(std::string trouble);

    /// Counts begin anew.
    void reset();
    /// Likewise, with another filter.
    void set_filter(filter::Filter filter);
    /// How often the filter was set: whoever reads files begins again with their first.
    [[nodiscard]] unsigned filters() const { return filters_.load(); }

    /// From now on, or no longer, figures() are those of now; but losses never stand still.
    void freeze(bool frozen);

    /// What a screen shows of this; at most `most` rows behind `state.scroll`, which is
    /// moved back where there are less.
    [[nodiscard]] screen::Figures figures(screen::State& state, std::size_t most);

private:
    const Clock& clock_;
    std::mutex mutex_;
    std::atomic<unsigned> filters_{0};
    // Guarded by mutex_:
    Counting counting_;
    screen::RateHistory rate_;
    std::string trouble_;
    struct Frozen {
        Counting counting;
        screen::RateHistory rate;
        std::chrono::nanoseconds at;
    };
    std::optional<Frozen> frozen_;
};

}  // namespace nflogd::daemon
