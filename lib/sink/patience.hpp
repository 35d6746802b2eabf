// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Waiting for somebody who reads what we write, but not for long: one write() of
/// a sink holds its lane, and a lane must be able to end.
#pragma once

#include <poll.h>

#include <chrono>

#include "core/time.hpp"

namespace nflogd::sink {

/// Whether `fd` is ready for `events` (of poll(2)) within the time; also when it has an
/// error to tell.
bool wait_ready(int fd, short events, std::chrono::milliseconds time);

/// For one write(). A receiver that takes something now and then is waited for
/// longer than one that takes nothing.
class Patience {
public:
    static constexpr std::chrono::milliseconds kStandstill{100};
    static constexpr std::chrono::milliseconds kAltogether{1000};

    /// `clock` outlives this.
    explicit Patience(const Clock& clock)
        : clock_(clock), until_(clock.monotonic() + kAltogether) {}

    /// Whether `fd` takes something, or is ready for other `events`.
    [[nodiscard]] bool wait(int fd, short events = POLLOUT) const;

private:
    const Clock& clock_;
    std::chrono::nanoseconds until_;
};

}  // namespace nflogd::sink
