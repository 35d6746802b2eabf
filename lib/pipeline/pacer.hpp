// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Lets a capture thread hold back while every output is behind: the socket's
/// queue is far larger than those of the outputs, and what waits there costs no
/// work. It is never the slowest output that decides but the fastest, and none
/// that is suspended, so that nobody loses for another. One thread.
///
/// An output with a filter may be idle because hardly anything passes it. So that it
/// does not cost the others their queue in the socket, it has no say while the socket
/// has room and those that are behind make progress: then its records come later, none
/// is lost.
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
        const View view = look(clock);
        if (!view.behind || view.idle) {
            holding_ = false;
        } else if (view.filtered_idle) {
            holding_ = view.moving && has_room();
        } else {
            holding_ = view.moving || has_room();
        }
        return holding_;
    }

private:
    /// Whether there are such outputs among those that work.
    struct View {
        bool behind = false;
        bool moving = false;  ///< of those that are behind
        bool idle = false;    ///< not behind, without a filter
        bool filtered_idle = false;
    };
    /// What an output had taken when it was last seen to be behind, and when that grew.
    struct Progress {
        std::uint64_t packets = 0;
        std::chrono::nanoseconds moved_at{0};
    };

    View look(const Clock& clock);
    [[nodiscard]] bool is_behind(const OutputBook& book) const;
    static bool moves(Progress& progress, const OutputBook& book, const Clock& clock);

    const std::vector<std::unique_ptr<Lane>>& lanes_;
    bool holding_ = false;
    std::vector<Progress> progress_;  ///< of each lane
};

}  // namespace nflogd::pipeline
