// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/rate.hpp"

#include <algorithm>

namespace nflogd::screen {

void RateHistory::advance(std::chrono::nanoseconds now) {
    const auto second =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    const std::uint64_t passed = std::min<std::uint64_t>(second - second_, counts_.size());
    for (std::uint64_t i = 0; i < passed; ++i) at(second - i) = 0;
    second_ = second;
}

void RateHistory::add(std::uint64_t records, std::chrono::nanoseconds now) {
    advance(now);
    at(second_) += records;
}

std::uint64_t RateHistory::per_second(std::chrono::nanoseconds now) {
    return last_minute(now).back();
}

RateHistory::Counts RateHistory::last_minute(std::chrono::nanoseconds now) {
    advance(now);
    Counts counts{};
    for (std::size_t i = 0; i < kSeconds; ++i) counts[i] = at(second_ + 1 + i);
    return counts;
}

}  // namespace nflogd::screen
