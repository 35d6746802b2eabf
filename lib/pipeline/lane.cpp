// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/lane.hpp"

#include <pthread.h>

#include <algorithm>

namespace nflogd::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr nanoseconds kFirstPause = milliseconds(50);
/// A medium that comes back is noticed within this.
constexpr nanoseconds kLongestPause = milliseconds(500);

}  // namespace

Lane::Lane(config::OutputConfig config, OutputBook& book,
           std::unique_ptr<format::Formatter> formatter, std::unique_ptr<sink::Sink> sink,
           OnState on_state, const Clock& clock, std::optional<Wanted> wanted)
    : config_(std::move(config)),
      formatter_(std::move(formatter)),
      sink_(std::move(sink)),
      on_state_(std::move(on_state)),
      clock_(clock),
      wanted_(std::move(wanted)),
      book_(book),
      thread_([this] { run(); }) {}

Lane::~Lane() {
    if (!thread_.joinable()) return;
    give_up_at(nanoseconds::zero());
    stop();
}

std::future<void> Lane::post(Control::Kind kind, std::shared_ptr<const Event> event) {
    Control control;
    control.kind = kind;
    control.event = std::move(event);
    std::future<void> passed = control.passed.get_future();
    {
        const std::lock_guard lock(control_mutex_);
        control.position = book_.pushed();
        controls_.push_back(std::move(control));
    }
    wakeup_.wake();
    return passed;
}

void Lane::post_event(std::shared_ptr<const Event> event) {
    post(Control::Kind::event, std::move(event));
}

void Lane::post_reopen() { post(Control::Kind::reopen, nullptr); }

std::future<void> Lane::post_barrier() { return post(Control::Kind::barrier, nullptr); }

std::future<void> Lane::post_sync() { return post(Control::Kind::sync, nullptr); }

void Lane::give_up_at(nanoseconds deadline) {
    deadline_ns_.store(deadline.count(), std::memory_order_relaxed);
    wakeup_.wake();
}

void Lane::stop() {
    post(Control::Kind::stop, nullptr);
    thread_.join();
}

void Lane::leave() {
    leave_.store(true);
    stop();
}

void Lane::run() {
    pthread_setname_np(pthread_self(), ("out:" + config_.name).substr(0, 15).c_str());
    while (!done_) {
        bool progress = false;
        if (outbox_.empty()) progress = fill();
        if (!outbox_.empty()) progress = write_out() || progress;
        const auto due = sink_->tend();
        book_.lost_after_all(sink_->take_lost());
        look_at_detour();
        if (!progress && !done_) sleep(due);
    }
    if (Status status = sink_->close(); !status) on_state_(config_.name, status.error().message);
    book_.lost_after_all(sink_->take_lost());
    book_.spooled(sink_->spooled());
}

/// Formats what is waiting, or does what is due. False if there was nothing.
bool Lane::fill() {
    const Bounds bounds = next_bounds();
    fill_with_packets(bounds.packets);
    if (!outbox_.empty()) return true;
    if (book_.popped() < bounds.control) return false;
    Control control;
    {
        const std::lock_guard lock(control_mutex_);
        control = std::move(controls_.front());
        controls_.pop_front();
    }
    act(std::move(control));
    return true;
}

/// Packets stay in the book's queue until they are written.
void Lane::fill_with_packets(std::uint64_t limit) {
    std::uint64_t position = book_.popped();
    while (position < limit && outbox_.has_room()) {
        const Record* record = book_.peek(outbox_.packets());
        if (record == nullptr) break;
        outbox_.add(*formatter_, {*record, book_.raw_of(*record)});
        ++position;
    }
}

void Lane::act(Control control) {
    switch (control.kind) {
        case Control::Kind::event: outbox_.put_event(*formatter_, *control.event); break;
        case Control::Kind::reopen:
            if (Status status = sink_->reopen(); !status) suspend(status.error());
            break;
        case Control::Kind::barrier: control.passed.set_value(); break;
        case Control::Kind::sync:
            if (Status status = sink_->sync(); !status) suspend(status.error());
            book_.lost_after_all(sink_->take_lost());
            book_.spooled(sink_->spooled());
            control.passed.set_value();
            break;
        case Control::Kind::stop: done_ = true; break;
    }
}

/// False if nothing could be written.
bool Lane::write_out() {
    const nanoseconds now = clock_.monotonic();
    if (suspended_) {
        if (leave_.load(std::memory_order_relaxed)) {
            outbox_.clear();
            done_ = true;
            return true;
        }
        if (now.count() >= deadline_ns_.load(std::memory_order_relaxed)) {
            give_up();
            return true;
        }
        if (now < retry_at_) return false;
    }
    const sink::Batch batch = outbox_.batch();
    book_.prepare(batch, outbox_.packets());
    const sink::Written result = sink_->write(batch);
    book_.written(outbox_.remove(result.records));
    if (!result.status) {
        suspend(result.status.error());
    } else if (suspended_) {
        resume();
    }
    return result.records > 0;
}

void Lane::suspend(const Error& error) {
    pause_ = std::min(suspended_ ? pause_ * 2 : kFirstPause, kLongestPause);
    retry_at_ = clock_.monotonic() + pause_;
    if (suspended_) return;
    suspended_ = true;
    on_state_(config_.name, error.message);
}

/// What is told is why records do not go where they are meant to; with a spool that
/// may still be so.
void Lane::resume() {
    suspended_ = false;
    detour_ = sink_->detour();
    on_state_(config_.name, detour_);
}

/// Once when records begin to take another way, and once when they no longer do.
void Lane::look_at_detour() {
    book_.spooled(sink_->spooled());
    if (suspended_) return;
    std::string now = sink_->detour();
    if (now.empty() != detour_.empty()) on_state_(config_.name, now);
    detour_ = std::move(now);
}

/// Counts as failed what waits before the next control.
void Lane::give_up() {
    outbox_.clear();
    const std::uint64_t limit = next_bounds().packets - book_.popped();
    std::size_t lost = 0;
    while (lost < limit && book_.peek(lost) != nullptr) ++lost;
    book_.failed(lost);
}

void Lane::sleep(std::optional<nanoseconds> due) {
    if (suspended_) {
        const nanoseconds deadline(deadline_ns_.load(std::memory_order_relaxed));
        const nanoseconds retry = std::min(retry_at_, deadline);
        due = due ? std::min(*due, retry) : retry;
    }
    wakeup_.prepare();
    if (has_work()) {
        wakeup_.cancel();
    } else {
        wakeup_.wait(due);
    }
}

bool Lane::has_work() const {
    if (!outbox_.empty()) return !suspended_;
    return book_.peek(0) != nullptr || book_.popped() >= next_bounds().control;
}

/// What has arrived is read before the controls: one that comes later stands
/// behind all of it.
Lane::Bounds Lane::next_bounds() const {
    const std::uint64_t arrived = book_.pushed();
    const std::lock_guard lock(control_mutex_);
    const std::uint64_t control =
        controls_.empty() ? ~std::uint64_t{0} : controls_.front().position;
    return {std::min(arrived, control), control};
}

}  // namespace nflogd::pipeline
