// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What `report` and `top` count of the records that they read. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/event.hpp"
#include "core/labels.hpp"
#include "filter/filter.hpp"
#include "summary/losses.hpp"
#include "summary/summary.hpp"

namespace nflogd::daemon {

/// UNIX times in ns; `until` is not within.
struct TimeSpan {
    std::uint64_t since = 0;
    std::uint64_t until = ~std::uint64_t{0};
};

class Counting {
public:
    /// `labels` outlives it.
    Counting(const Labels& labels, filter::Filter filter, TimeSpan span = {})
        : labels_(labels), filter_(std::move(filter)), span_(span), summary_(labels) {}

    /// Whether it was counted.
    bool packet(const Record& record) {
        if (record.has(Field::timestamp) &&
            (record.timestamp_ns < span_.since || record.timestamp_ns >= span_.until)) {
            return false;
        }
        if (!filter_.matches(record, labels_)) return false;
        summary_.add(record);
        return true;
    }
    /// Older ones than wanted tell what was lost before.
    void event(const std::string& host, const Event& event);
    /// Packets that are in the log, but did not reach us.
    void missed(std::uint64_t packets) { missed_ += packets; }

    void set_filter(filter::Filter filter) { filter_ = std::move(filter); }
    /// Begins anew.
    void reset();

    [[nodiscard]] summary::Summary& summary() { return summary_; }
    [[nodiscard]] const summary::Losses& losses() const { return losses_; }
    [[nodiscard]] std::uint64_t missed() const { return missed_; }

private:
    const Labels& labels_;
    filter::Filter filter_;
    TimeSpan span_;
    summary::Summary summary_;
    summary::Losses losses_;
    std::uint64_t missed_ = 0;
};

}  // namespace nflogd::daemon
