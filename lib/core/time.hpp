// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Time as a parameter: who needs the clock takes a `const Clock&`, and a test
/// gives one whose hands it moves.
#pragma once

#include <chrono>
#include <cstdint>

namespace nflogd {

class Clock {
public:
    virtual ~Clock() = default;
    /// CLOCK_REALTIME, ns since 1970. May jump.
    [[nodiscard]] virtual std::uint64_t wall_ns() const;
    /// CLOCK_MONOTONIC. Never jumps.
    [[nodiscard]] virtual std::chrono::nanoseconds monotonic() const;
};

/// The kernel's clock. Any thread.
[[nodiscard]] const Clock& system_clock();

}  // namespace nflogd
