// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One nfnetlink_log group: the thread that turns its datagrams into records for
/// every lane. No lock, no allocation, no log line per packet.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "core/fd.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "enrich/interfaces.hpp"
#include "enrich/origins.hpp"
#include "enrich/rules.hpp"
#include "pipeline/books.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/pacer.hpp"
#include "pipeline/tap.hpp"
#include "source/nflog_socket.hpp"

namespace nflogd::pipeline {

/// What a capture thread works with. Outlives the captures.
struct Wiring {
    const enrich::RuleIndex& rules;
    enrich::OriginBook& origins;
    const enrich::InterfaceTable& interfaces;
    const std::vector<std::unique_ptr<Lane>>& lanes;
    const Clock& clock;
    /// Cleared by the capture that gets the next datagram, which then calls on_news.
    std::atomic<bool>& resting;
    std::function<void()> on_news;  ///< also called by a capture thread that ends
    Tap* tap = nullptr;             ///< for readers that come and go
};

class Capture {
public:
    /// Starts the thread. All that is referred to must outlive it. It begins with
    /// what a killed predecessor had received and not worked through.
    static Result<std::unique_ptr<Capture>> start(source::NflogSocket& socket, GroupBook& book,
                                                  const Wiring& wiring);
    /// As leave().
    ~Capture();

    /// Nothing more comes, so outputs that are stuck may have this long to go on before
    /// what is left is dropped for them.
    static constexpr std::chrono::seconds kFinishPatience{2};

    /// The group is unbound: the thread ends when the socket is empty.
    void finish();
    /// The thread ends behind the datagram that it has; what the socket holds
    /// stays there.
    void leave();
    void join();

    /// Whether the socket failed: the thread ended without being told to.
    [[nodiscard]] bool failed() const { return ended() && !finishing() && !leave_.load(); }
    /// Whether it is only to read what is left.
    [[nodiscard]] bool finishing() const { return finish_until_ns_.load() != 0; }
    /// Whether the thread touches no lane any more.
    [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_acquire); }
    [[nodiscard]] const GroupBook& book() const { return book_; }
    [[nodiscard]] std::uint32_t socket_drops() const { return socket_.socket_drops(); }
    /// Whether the socket's queue was seen empty at `since` (monotonic) or later.
    [[nodiscard]] bool empty_since(std::chrono::nanoseconds since) const;

private:
    Capture(source::NflogSocket& socket, GroupBook& book, const Wiring& wiring, Fd bell)
        : socket_(socket),
          book_(book),
          wiring_(wiring),
          bell_(std::move(bell)),
          origins_(wiring.origins),
          pacer_(wiring.lanes) {}

    void run();
    /// False when the thread's work is done.
    bool receive_one();
    void process(Bytes datagram);
    void tell_news() const;
    void resume();
    void complete(Record& record);
    void wait_for_input();
    void pause();
    void still_bell();
    void ring_bell();

    source::NflogSocket& socket_;
    GroupBook& book_;
    const Wiring& wiring_;
    Fd bell_;  ///< eventfd: finish or leave

    std::atomic<std::int64_t> finish_until_ns_{0};  ///< 0: not to finish
    std::atomic<bool> leave_{false};
    std::atomic<bool> ended_{false};
    std::atomic<bool> idle_{false};
    std::atomic<std::int64_t> seen_empty_ns_{0};

    // The capture thread only.
    enrich::OriginCache origins_;
    Pacer pacer_;
    Record record_;
    bool resuming_ = false;  ///< skip what the predecessor has counted

    std::thread thread_;
};

}  // namespace nflogd::pipeline
