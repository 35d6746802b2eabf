// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Lets a capture thread hold back while every output is behind: the socket's
/// queue is far larger than those of the outputs, and what waits there costs no
/// work. It is never the slowest output that decides but the fastest, and none
/// that is suspended, so that nobody loses for another. One thread.
///
/// An output with a filter may be idle because hardly anything passes it. So that it
/// does not cost the others their queue in the socket, it has no say while the socket
/// has room and the others make progress: then its records come later, none is lost.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/lane.hpp"

namespace nflogd::pipeline {

class Pacer {
public:
    /// Without progress for so long, outputs are stuck, and only waited for as long
    /// as the socket has room.
    static constexpr std::chrono::milliseconds kPatience{50};

    explicit Pacer(const std::vector<std::unique_ptr<Lane>>& lanes) : lanes_(lanes) {}

    /// Whether to receive nothing for the moment. `has_room()` is asked only if
    /// that matters: whether the socket can take more.
    template <typename HasRoom>
    bool hold_back(const Clock& clock, HasRoom&& has_room) {
        if (crowded(kAll)) {
            holding_ = moving(all_, kAll, clock) || has_room();
        } else {
            holding_ =
                crowded(kUnfiltered) && moving(unfiltered_, kUnfiltered, clock) && has_room();
        }
        return holding_;
    }

private:
    enum Which : bool { kUnfiltered, kAll };
    /// What such outputs have taken, and when that last grew.
    struct Progress {
        std::uint64_t packets = 0;
        std::chrono::nanoseconds moved_at{0};
    };

    [[nodiscard]] bool crowded(Which which) const;
    bool moving(Progress& progress, Which which, const Clock& clock) const;

    const std::vector<std::unique_ptr<Lane>>& lanes_;
    bool holding_ = false;
    Progress all_;
    Progress unfiltered_;
};

}  // namespace nflogd::pipeline
