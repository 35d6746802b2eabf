// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/pacer.hpp"

namespace nflogd::pipeline {

bool Pacer::moving(Progress& progress, Which which, const Clock& clock) const {
    std::uint64_t packets = 0;
    for (const auto& lane : lanes_) {
        if (which == kAll || lane->takes_all()) packets += lane->book().popped();
    }
    const std::chrono::nanoseconds now = clock.monotonic();
    if (packets != progress.packets) progress.moved_at = now;
    progress.packets = packets;
    return now < progress.moved_at + kPatience;
}

/// Whether every such output that works has its queue three quarters full; once that
/// was so, half full is enough.
bool Pacer::crowded(Which which) const {
    bool any = false;
    for (const auto& lane : lanes_) {
        if (lane->suspended() || (which == kUnfiltered && !lane->takes_all())) continue;
        const OutputBook& book = lane->book();
        const std::uint64_t queued = book.pushed() - book.popped();
        if (queued * 4 < book.capacity() * (holding_ ? 2U : 3U)) return false;
        any = true;
    }
    return any;
}

}  // namespace nflogd::pipeline
