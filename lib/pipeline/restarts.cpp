// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/restarts.hpp"

namespace nflogd::pipeline {
namespace {

constexpr std::chrono::milliseconds kFirstPause{50};

}  // namespace

std::optional<std::chrono::milliseconds> Restarts::after(const Death& death,
                                                         std::chrono::nanoseconds now) {
    while (!crashes_.empty() && crashes_.front() + kWindow < now) crashes_.pop_front();
    if (death.crashed) crashes_.push_back(now);
    in_vain_ = death.worked ? 0 : in_vain_ + 1;
    if (in_vain_ >= kMaxInVain || crashes_.size() >= kMaxCrashes) return std::nullopt;
    if (in_vain_ < 2) return std::chrono::milliseconds::zero();
    return kFirstPause * (1 << (in_vain_ - 2));
}

}  // namespace nflogd::pipeline
