// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/pacer.hpp"

namespace nflogd::pipeline {

bool Pacer::moves(Progress& progress, const OutputBook& book, const Clock& clock) {
    const std::uint64_t packets = book.popped();
    const std::chrono::nanoseconds now = clock.monotonic();
    if (packets != progress.packets) progress.moved_at = now;
    progress.packets = packets;
    return now < progress.moved_at + kPatience;
}

/// Whether its queue is three quarters full; once that was so, half full is enough.
bool Pacer::is_behind(const OutputBook& book) const {
    const std::uint64_t queued = book.pushed() - book.popped();
    return queued * 4 >= book.capacity() * (holding_ ? 2U : 3U);
}

Pacer::View Pacer::look(const Clock& clock) {
    progress_.resize(lanes_.size());  // once
    View view;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const Lane& lane = *lanes_[i];
        if (lane.suspended()) continue;
        if (is_behind(lane.book())) {
            view.behind = true;
            view.moving = moves(progress_[i], lane.book(), clock) || view.moving;
        } else {
            (lane.takes_all() ? view.idle : view.filtered_idle) = true;
        }
    }
    return view;
}

}  // namespace nflogd::pipeline
