// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Lets a capture thread hold back while every output is behind: the socket's
/// queue is far larger than those of the outputs, and what waits there costs no
/// work. It is never the slowest output that decides but the fastest, and none
/// that is suspended, so that nobody loses for another. One thread.
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
        holding_ = crowded() && (moving(clock) || has_room());
        return holding_;
    }

private:
    [[nodiscard]] bool crowded() const;
    bool moving(const Clock& clock);

    const std::vector<std::unique_ptr<Lane>>& lanes_;
    bool holding_ = false;
    std::uint64_t progress_ = 0;  ///< packets that all outputs have taken
    std::chrono::nanoseconds moved_at_{0};
};

}  // namespace nflogd::pipeline
