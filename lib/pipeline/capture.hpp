// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One nfnetlink_log group: its socket, and the thread that turns its datagrams
/// into records for every lane. No lock, no allocation, no log line per packet.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/counter.hpp"
#include "core/fd.hpp"
#include "core/labels.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "enrich/interfaces.hpp"
#include "enrich/rules.hpp"
#include "pipeline/lane.hpp"
#include "source/nflog_socket.hpp"

namespace nflogd::pipeline {

/// What a capture thread works with; immutable, replaced as a whole by reload.
struct Wiring {
    enrich::RuleIndex rules;
    std::vector<std::shared_ptr<Lane>> lanes;
};

/// Written by the capture thread, read by any.
struct CaptureCounters {
    Counter received;  ///< packets
    Counter lost;      ///< gaps in NFULA_SEQ
    Counter malformed;
    Counter truncated;
    Counter overruns;
    Counter cut_datagrams;
    std::array<Counter, Labels::kMaxRules> logged;  ///< packets by label
};

class Capture {
public:
    static Result<std::unique_ptr<Capture>> create(source::NflogSocket socket,
                                                   const enrich::InterfaceTable& interfaces,
                                                   const Clock& clock = system_clock());
    /// Ends the thread without asking the kernel for what it still batches.
    ~Capture();

    /// Starts the thread, or lets a paused one go on with new wiring.
    void wire(std::shared_ptr<const Wiring> wiring);
    /// Returns when the thread has finished its datagram and touches no lane any
    /// more. The kernel queues on until wire().
    void pause();

    /// Gives the kernel new settings for the bound group.
    void configure(const NflogOptions& options);

    /// Unbinds the group; the thread reads what comes until nothing is left.
    void request_stop();
    /// Waits for the thread after request_stop().
    void join();

    [[nodiscard]] const CaptureCounters& counters() const { return counters_; }
    [[nodiscard]] std::uint16_t group() const { return socket_.group(); }
    [[nodiscard]] std::uint32_t socket_drops() const { return socket_.socket_drops(); }
    /// Whether the socket's queue was seen empty at `since` (monotonic) or later.
    [[nodiscard]] bool empty_since(std::chrono::nanoseconds since) const;

private:
    Capture(source::NflogSocket socket, Fd bell, const enrich::InterfaceTable& interfaces,
            const Clock& clock);

    void run();
    /// False when the thread's work is done.
    bool receive_one();
    void process(Bytes datagram);
    void account(Record& record);
    void wait_for_input();
    void rest();
    void ring_bell();

    source::NflogSocket socket_;
    Fd bell_;  ///< eventfd: new wiring or stop
    const enrich::InterfaceTable& interfaces_;
    const Clock& clock_;
    CaptureCounters counters_;

    std::atomic<bool> pause_{false};
    std::atomic<bool> quit_{false};
    std::atomic<bool> idle_{false};
    std::atomic<std::int64_t> seen_empty_ns_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool resting_ = true;                   ///< guarded by mutex_: the thread touches no lane
    std::shared_ptr<const Wiring> wiring_;  ///< guarded by mutex_ while resting_

    // The capture thread only.
    std::vector<std::uint8_t> buffer_;
    Record record_;
    std::uint32_t expected_seq_ = 0;
    bool unbound_ = false;

    std::thread thread_;
};

}  // namespace nflogd::pipeline
