// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One output: a bounded queue, a thread, a formatter and a sink. A slow or
/// failing output loses only its own records, and counts them.
///
/// While the medium refuses, the lane is *suspended*: it keeps what it has
/// formatted, tries again with growing pauses, and its queue fills; what does
/// not fit is counted as dropped.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "config/config.hpp"
#include "core/event.hpp"
#include "core/time.hpp"
#include "core/wakeup.hpp"
#include "filter/filter.hpp"
#include "format/formatter.hpp"
#include "pipeline/books.hpp"
#include "pipeline/outbox.hpp"
#include "sink/sink.hpp"

namespace nflogd::pipeline {

class Lane {
public:
    /// Called by the lane's thread when it is suspended (with the reason) and
    /// when it resumes (with an empty one).
    using OnState = std::function<void(const std::string& name, const std::string& reason)>;

    /// The packets that the output is meant to get.
    struct Wanted {
        filter::Filter filter;
        const Labels& labels;  ///< outlive the lane
    };

    /// `book` and `clock` outlive the lane. Without `wanted` it gets all packets. What the book's
    /// queue holds from an earlier worker is written first.
    Lane(config::OutputConfig config, OutputBook& book,
         std::unique_ptr<format::Formatter> formatter, std::unique_ptr<sink::Sink> sink,
         OnState on_state, const Clock& clock = system_clock(),
         std::optional<Wanted> wanted = std::nullopt);
    /// Gives up at once on what is not written; see stop().
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    /// Capture threads. Copies the packet into the queue, or counts it as filtered or
    /// dropped.
    void offer(const Packet& packet) {
        if (wanted_ && !wanted_->filter.matches(packet.record, wanted_->labels)) {
            return book_.filtered();
        }
        book_.offer(packet);
    }
    /// Capture threads, once a batch.
    void wake() {
        if (book_.pushed() != book_.popped()) wakeup_.wake();
    }

    /// Any thread. Each takes its place behind the records offered so far.
    void post_event(std::shared_ptr<const Event> event);
    void post_reopen();
    /// Ready when all that was offered or posted before is written, or given up.
    std::future<void> post_barrier();
    /// Likewise, and made durable.
    std::future<void> post_sync();

    /// Any thread. From `deadline` (Clock::monotonic) on, what a suspended lane
    /// still holds is counted as failed.
    void give_up_at(std::chrono::nanoseconds deadline);
    /// Writes what is left, closes the sink and ends the thread.
    void stop();
    /// Closes the sink and ends the thread; what is not written yet stays in the
    /// book for a successor.
    void leave();
    /// Any thread.
    [[nodiscard]] const config::OutputConfig& config() const { return config_; }
    [[nodiscard]] const OutputBook& book() const { return book_; }
    /// Whether it has no filter.
    [[nodiscard]] bool takes_all() const { return !wanted_; }
    [[nodiscard]] bool suspended() const { return suspended_.load(std::memory_order_relaxed); }

private:
    struct Control {
        enum class Kind : std::uint8_t { event, reopen, barrier, sync, stop };
        Kind kind = Kind::event;
        std::uint64_t position = 0;  ///< act when so many records are taken
        std::shared_ptr<const Event> event;
        std::promise<void> passed;
    };

    /// How many records may be taken out before what is next to do.
    struct Bounds {
        std::uint64_t packets;  ///< known to come before any control not seen yet
        std::uint64_t control;  ///< position of the next control
    };

    std::future<void> post(Control::Kind kind, std::shared_ptr<const Event> event);
    void run();
    bool fill();
    void fill_with_packets(std::uint64_t limit);
    void act(Control control);
    bool write_out();
    void suspend(const Error& error);
    void resume();
    void look_at_detour();
    void give_up();
    void sleep(std::optional<std::chrono::nanoseconds> due);
    [[nodiscard]] bool has_work() const;
    [[nodiscard]] Bounds next_bounds() const;

    const config::OutputConfig config_;
    const std::unique_ptr<format::Formatter> formatter_;
    const std::unique_ptr<sink::Sink> sink_;
    const OnState on_state_;
    const Clock& clock_;
    const std::optional<Wanted> wanted_;

    OutputBook& book_;
    Wakeup wakeup_;
    std::atomic<bool> leave_{false};
    std::atomic<bool> suspended_{false};
    std::atomic<std::int64_t> deadline_ns_{std::chrono::nanoseconds::max().count()};

    mutable std::mutex control_mutex_;
    std::deque<Control> controls_;  ///< guarded by control_mutex_

    // The lane's thread only.
    Outbox outbox_;
    bool done_ = false;
    std::string detour_;  ///< as it was told
    std::chrono::nanoseconds retry_at_{0};
    std::chrono::nanoseconds pause_{0};

    std::thread thread_;  ///< last: starts when all else is there
};

}  // namespace nflogd::pipeline
