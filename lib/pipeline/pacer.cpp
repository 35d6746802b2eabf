// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/pacer.hpp"

namespace nflogd::pipeline {

bool Pacer::moving(const Clock& clock) {
    std::uint64_t progress = 0;
    for (const auto& lane : lanes_) progress += lane->book().popped();
    const std::chrono::nanoseconds now = clock.monotonic();
    if (progress != progress_) moved_at_ = now;
    progress_ = progress;
    return now < moved_at_ + kPatience;
}

/// Whether every output that works has its queue three quarters full; once that
/// was so, half full is enough.
bool Pacer::crowded() const {
    bool any = false;
    for (const auto& lane : lanes_) {
        if (lane->suspended()) continue;
        const OutputBook& book = lane->book();
        const std::uint64_t queued = book.pushed() - book.popped();
        if (queued * 4 < book.capacity() * (holding_ ? 2U : 3U)) return false;
        any = true;
    }
    return any;
}

}  // namespace nflogd::pipeline
