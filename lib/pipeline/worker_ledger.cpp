// SPDX-License-Identifier: GPL-2.0-or-later
//
// The worker's books made public: when a ledger record is written, and what is
// said about losses.
#include <fmt/format.h>

#include <algorithm>

#include "core/log.hpp"
#include "pipeline/worker.hpp"

namespace nflogd::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kCountsTimeout{2000};

}  // namespace

/// All rules there ever were, those of this configuration with their group.
std::vector<LedgerRule> Worker::ledger_rules() const {
    nanoseconds flush{0};
    for (const NflogOptions& source : plan_.config.sources) {
        flush = std::max<nanoseconds>(flush, source.flush_timeout);
    }
    std::vector<LedgerRule> rules;
    for (std::size_t label = 0; label < plan_.labels.size(); ++label) {
        const std::string name(
            plan_.labels.text(static_cast<std::uint16_t>(label), LabelText::name));
        auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const LedgerRule& known) { return known.name == name; });
        if (rule == rules.end()) {
            rule = rules.insert(rules.end(), {name, {}, {}, flush + milliseconds(100)});
        }
        rule->labels.push_back(static_cast<std::uint16_t>(label));
    }
    for (LedgerRule& rule : rules) {
        for (const LogRule& now : plan_.config.rules.log) {
            if (now.name == rule.name) rule.groups = groups_of(now);
        }
    }
    return rules;
}

/// Packets may also wait in a group that rules have turned away from.
bool Worker::empty_since(std::uint16_t group, nanoseconds since) const {
    return std::all_of(captures_.begin(), captures_.end(), [&](const auto& capture) {
        const bool other = capture->book().group() != group && !capture->finishing();
        return other || capture->ended() || capture->empty_since(since);
    });
}

Ledger Worker::make_ledger(bool kernel_read, bool at_rest) {
    for (const auto& capture : captures_) {
        plan_.books.group(capture->book().group()).set_socket_drops(capture->socket_drops());
    }
    return auditor_->make(
        kernel_read, at_rest,
        [this](std::uint16_t group, nanoseconds since) { return empty_since(group, since); },
        clock_);
}

/// Called when the keeper has tried to read the kernel's counters. A ledger is written when
/// something has moved: as soon as it stands still, so that it is complete, or
/// when the interval is over.
void Worker::keep_ledger(bool kernel_read) {
    seen_received_ = plan_.books.received();
    Ledger ledger = make_ledger(kernel_read, false);
    note_progress(ledger);
    const bool still = !moved(seen_ledger_, ledger);
    tell_losses(ledger);
    seen_ledger_ = ledger;
    const nanoseconds now = clock_.monotonic();
    if (!still) moved_at_ = now;
    if (!moved(written_ledger_, ledger)) {
        quiet_since_ = now;
        return;
    }
    if (now < next_ledger_) return;
    const nanoseconds moving_for = now - quiet_since_;
    if (!still && moving_for < plan_.config.ledger_interval) return;
    next_ledger_ = now + plan_.config.ledger_interval;
    quiet_since_ = now;
    written_ledger_ = ledger;
    post(std::move(ledger));
}

/// One answer serves all who wait for one: reading many rules may take longer than the
/// time from one look to the next.
void Worker::ask_for_counts() {
    if (unanswered_ == 0 || clock_.monotonic() >= asked_at_ + kCountsTimeout) request_counts();
}

void Worker::request_counts() {
    if (unanswered_ == 0) auditor_->before_counting();
    if (channel_.send(Message::want_counts)) ++unanswered_;
    asked_at_ = clock_.monotonic();
}

/// Waits for counters that were read from now on, or could not be read. False without
/// a keeper.
bool Worker::read_counters() {
    request_counts();
    while (unanswered_ > 0 && channel_.wait(kCountsTimeout)) {
        const auto letter = channel_.receive();
        if (!letter && channel_.closed()) return false;
        const bool answer =
            letter && (letter->message == Message::counts || letter->message == Message::no_counts);
        if (answer) --unanswered_;
    }
    return unanswered_ == 0;
}

void Worker::write_final_ledger() {
    const bool read = read_counters();
    post_lifecycle({clock_.wall_ns(), "stopped", {}});
    Ledger final = make_ledger(read, read);
    final.final = true;
    tell_losses(final);
    post(std::move(final));
}

/// One line when packets begin to be lost, one when that has ended.
void Worker::tell_losses(const Ledger& ledger) {
    const Losses before = losses(seen_ledger_);
    const Losses now = losses(ledger);
    const bool more =
        now.kernel > before.kernel || now.dropped > before.dropped || now.failed > before.failed;
    if (more) lost_at_ = clock_.monotonic();
    if (more == losing_) return;
    if (!more && clock_.monotonic() < lost_at_ + plan_.config.ledger_interval &&
        ending_ == Ending::none) {
        return;
    }
    losing_ = more;
    const std::string sums =
        fmt::format("lost so far: {} in the kernel, {} in full queues, {} by failing outputs",
                    now.kernel, now.dropped, now.failed);
    if (more) {
        log::warning("packets are being lost; " + sums);
    } else {
        log::info("no more packets are being lost; " + sums);
    }
}

}  // namespace nflogd::pipeline
