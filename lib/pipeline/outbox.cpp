// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/outbox.hpp"

#include <cstring>

namespace nflogd::pipeline {

void Outbox::put_event(format::Formatter& formatter, const Event& event) {
    event_.clear();
    formatter.event(event, event_);
    if (!event_.empty()) ends_.push_back(static_cast<std::uint32_t>(event_.size()));
}

std::size_t Outbox::remove(std::size_t records) {
    if (records == ends_.size()) {
        const std::size_t packets = packets_;
        clear();
        return packets;
    }
    if (records == 0) return 0;
    const std::uint32_t gone = ends_[records - 1];
    std::memmove(buffer_.data(), buffer_.data() + gone, used() - gone);
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(records));
    for (std::uint32_t& end : ends_) end -= gone;
    packets_ -= records;
    return records;
}

void Outbox::clear() {
    ends_.clear();
    event_.clear();
    packets_ = 0;
}

}  // namespace nflogd::pipeline
