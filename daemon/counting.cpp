// SPDX-License-Identifier: GPL-2.0-or-later
#include "counting.hpp"

namespace nflogd::daemon {

void Counting::event(const std::string& host, const Event& event) {
    const std::uint64_t at = std::visit([](const auto& one) { return one.timestamp_ns; }, event);
    if (at >= span_.until) return;
    losses_.add(host, event);
    if (at < span_.since) losses_.forget();
}

void Counting::reset() {
    summary_.clear();
    losses_.forget();
    missed_ = 0;
}

}  // namespace nflogd::daemon
