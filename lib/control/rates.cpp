// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/rates.hpp"

namespace nflogd::control {
namespace {

using std::chrono::nanoseconds;

/// Samples kept of a window.
constexpr int kSamples = 32;

double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void RateWindow::add(nanoseconds now, std::uint64_t count) {
    if (!samples_.empty() && now < samples_.back().at + window_ / kSamples) return;
    samples_.push_back({now, count});
    while (samples_.size() > 1 && samples_[1].at <= now - window_) samples_.pop_front();
}

/// What the count was at the window's start lies between two samples.
double RateWindow::rate(nanoseconds now, std::uint64_t count) const {
    if (samples_.empty() || now <= samples_.front().at) return 0;
    const nanoseconds start = now - window_;
    Sample before = samples_.front();
    if (before.at >= start) {
        return static_cast<double>(count - before.count) / seconds(now - before.at);
    }
    Sample after{now, count};
    for (const Sample& sample : samples_) {
        if (sample.at > start) {
            after = sample;
            break;
        }
        before = sample;
    }
    const double part = seconds(start - before.at) / seconds(after.at - before.at);
    const double at_start =
        static_cast<double>(before.count) + part * static_cast<double>(after.count - before.count);
    return (static_cast<double>(count) - at_start) / seconds(window_);
}

void RateHistory::add(nanoseconds now, std::uint64_t count) {
    second_.add(now, count);
    minute_.add(now, count);
    quarter_.add(now, count);
}

Rates RateHistory::rates(nanoseconds now, std::uint64_t count) const {
    return {second_.rate(now, count), minute_.rate(now, count), quarter_.rate(now, count)};
}

}  // namespace nflogd::control
