// SPDX-License-Identifier: GPL-2.0-or-later
#include "top_counts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace nflogd::daemon {
namespace {

using summary::By;

constexpr std::array kByView = {By::source, By::destination, By::port, By::rule, By::interface};

summary::Order order_of(screen::Sort sort) {
    return sort == screen::Sort::bytes ? summary::Order::bytes : summary::Order::packets;
}

/// By name: those with the most packets, in the order of their names.
void fill_rows(screen::Figures& figures, const summary::Listing& listing, screen::State& state,
               std::size_t most) {
    const std::size_t known = listing.rows.size();
    state.scroll = std::min(state.scroll, known - std::min(known, most));
    for (std::size_t i = state.scroll; i < std::min(known, state.scroll + most); ++i) {
        const summary::Row& row = listing.rows[i];
        figures.rows.push_back({row.name, row.count.packets, row.count.bytes});
    }
    if (state.sort != screen::Sort::name) return;
    std::sort(figures.rows.begin(), figures.rows.end(),
              [](const screen::Row& a, const screen::Row& b) { return a.name < b.name; });
}

}  // namespace

void TopCounts::set_trouble(std::string trouble) {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
}

void TopCounts::reset() {
    const std::lock_guard lock(mutex_);
    counting_.reset();
}

void TopCounts::set_filter(filter::Filter filter) {
    const std::lock_guard lock(mutex_);
    counting_.reset();
    counting_.set_filter(std::move(filter));
    ++filters_;
}

void TopCounts::freeze(bool frozen) {
    const std::lock_guard lock(mutex_);
    if (!frozen) return frozen_.reset();
    if (!frozen_) frozen_.emplace(Frozen{counting_, rate_, clock_.monotonic()});
}

screen::Figures TopCounts::figures(screen::State& state, std::size_t most) {
    const std::lock_guard lock(mutex_);
    Counting& shown = frozen_ ? frozen_->counting : counting_;
    screen::RateHistory& rate = frozen_ ? frozen_->rate : rate_;
    const auto now = frozen_ ? frozen_->at : clock_.monotonic();
    screen::Figures figures;
    figures.trouble = trouble_;
    figures.packets = shown.summary().total().packets;
    figures.bytes = shown.summary().total().bytes;
    figures.rate = rate.per_second(now);
    figures.history = rate.last_minute(now);
    if (counting_.losses().ledgers() > 0) figures.lost = counting_.losses().totals().lost();
    figures.lost_before = counting_.losses().before().lost();
    figures.missed = counting_.missed();
    const summary::Listing listing = shown.summary().list(
        kByView[static_cast<std::size_t>(state.view)], order_of(state.sort), state.scroll + most);
    figures.keys = listing.keys;
    figures.unseen = listing.unseen;
    fill_rows(figures, listing, state, most);
    return figures;
}

}  // namespace nflogd::daemon
