// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Wakes one sleeping thread when there is work. Waking costs one atomic
/// exchange unless the thread really sleeps, so producers may call it once a
/// batch. Linux futex(2).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace nflogd {

class Wakeup {
public:
    /// The sleeping thread: announce the wish to sleep, then look for work once
    /// more, then either wait() or cancel().
    void prepare() { state_.exchange(kAsleep, std::memory_order_acq_rel); }
    void cancel() { state_.store(kAwake, std::memory_order_relaxed); }
    /// Returns on wake(), at `deadline` (CLOCK_MONOTONIC), or spuriously.
    void wait(std::optional<std::chrono::nanoseconds> deadline);

    /// Any thread, after it has published the work.
    void wake() {
        if (state_.exchange(kAwake, std::memory_order_acq_rel) == kAsleep) wake_sleeper();
    }

private:
    static constexpr std::uint32_t kAwake = 0;
    static constexpr std::uint32_t kAsleep = 1;

    void wake_sleeper();

    std::atomic<std::uint32_t> state_{kAwake};
};

}  // namespace nflogd
