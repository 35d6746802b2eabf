// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Formatted records out. A sink belongs to one lane and is called by its
/// thread only; it needs no lock. It never drops on its own: what it did not
/// take, the lane keeps and offers again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"

namespace nflogd::sink {

/// Whole records, one after the other. `ends[i]` is the offset behind record i.
struct Batch {
    std::span<const char> bytes;
    std::span<const std::uint32_t> ends;
};

struct Written {
    std::size_t records = 0;  ///< the first so many records of the batch are out, whole
    Status status;            ///< why not all of them
};

class Sink {
public:
    virtual ~Sink() = default;

    /// Writes as many whole records as the medium takes. A record that was taken
    /// in part is taken back.
    virtual Written write(const Batch& batch) = 0;

    /// Work that is due without a write (sync, rotation by time). Returns when it
    /// wants to be called again at the latest, in Clock::monotonic() time;
    /// nothing: not before the next write.
    virtual std::optional<std::chrono::nanoseconds> tend() = 0;

    /// Closes and opens the medium anew (external log rotation).
    virtual Status reopen() = 0;

    /// Makes everything durable. Nothing is written afterwards.
    virtual Status close() = 0;
};

}  // namespace nflogd::sink
