// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// When a worker that died is followed by another, and when no more.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

namespace nflogd::pipeline {

/// How a worker ended that was not told to.
struct Death {
    bool crashed = false;  ///< by a fault of its own, not by a SIGKILL from outside
    bool worked = false;   ///< it had opened everything and received packets
};

class Restarts {
public:
    /// So many in a row that achieved nothing, or so many crashes in kWindow, and
    /// another one will not help.
    static constexpr int kMaxInVain = 8;
    static constexpr std::size_t kMaxCrashes = 20;
    static constexpr std::chrono::seconds kWindow{60};

    /// The pause before the next worker; nothing: give up.
    std::optional<std::chrono::milliseconds> after(const Death& death,
                                                   std::chrono::nanoseconds now);

private:
    int in_vain_ = 0;
    std::deque<std::chrono::nanoseconds> crashes_;
};

}  // namespace nflogd::pipeline
