// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The process that reads packets and writes records, without its event loop:
/// captures, lanes and ledger over the books and sockets that the keeper made. It
/// needs no privilege. All calls from one thread, the main one.
///
/// A worker has one configuration for all its life. For another one the keeper
/// lets it leave and starts a successor on the same sockets and books.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "control/rates.hpp"
#include "control/report.hpp"
#include "core/fd.hpp"
#include "core/labels.hpp"
#include "core/result.hpp"
#include "core/run_id.hpp"
#include "core/time.hpp"
#include "enrich/interfaces.hpp"
#include "enrich/origins.hpp"
#include "enrich/rules.hpp"
#include "pipeline/capture.hpp"
#include "pipeline/channel.hpp"
#include "pipeline/desk.hpp"
#include "pipeline/doors.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/origin_table.hpp"
#include "pipeline/tap.hpp"

namespace nflogd::pipeline {

/// From its stop on, an output has this long to write what is left.
inline constexpr std::chrono::seconds kStopDeadline{10};
/// The worker process as ps and /proc call it; at most 15 bytes.
inline constexpr const char* kWorkerName = "nflogd-worker";
/// How often the kernel's counters are read and losses looked for.
inline constexpr std::chrono::milliseconds kLedgerLook{400};
/// The same while nothing happens: only as a sign that the worker works.
inline constexpr std::chrono::seconds kRestingLook{12};

/// What the keeper knows of the daemon as a whole.
struct KeeperFacts {
    std::uint64_t started_ns = 0;  ///< UNIX time
    int pid = 0;
    std::uint64_t worker_restarts = 0;
    std::string user;           ///< that runs both processes
    std::string rules;          ///< as control::Protection::rules
    std::string rules_missing;  ///< in words; empty: none
};

/// What the keeper hands over. All of it outlives the worker.
struct WorkerPlan {
    struct Group {
        source::NflogSocket* socket;
        bool unbound;  ///< only to be read until it is empty
    };
    const config::Config& config;
    /// Whether an output that cannot be opened is an error; else it is suspended.
    bool outputs_must_open;
    Books& books;
    Labels& labels;
    const std::vector<enrich::KnownRule>& rules;
    const OriginTable& origins;
    std::vector<Group> groups;
    /// Why this worker was started, and what its predecessors did not get to tell;
    /// the first thing that every output gets.
    std::vector<Lifecycle> occasions;
    const RunId& run;
    Doors doors;
    const KeeperFacts& facts;
};

class Worker {
public:
    /// Opens what may be opened only before the process is confined.
    static Result<std::unique_ptr<Worker>> prepare(const WorkerPlan& plan, Channel channel,
                                                   const Clock& clock = system_clock());
    /// Opens outputs and starts threads. `sandbox`: the level that was reached, in words.
    /// Errors: those of the outputs.
    Status start(std::string sandbox);
    ~Worker();

    /// Does what is due. Returns when to be called again at the latest
    /// (Clock::monotonic()).
    std::chrono::nanoseconds tick();
    /// To be polled for reading: the keeper, interface changes, news from threads.
    [[nodiscard]] int keeper_fd() const { return channel_.fd(); }
    [[nodiscard]] int interface_fd() const { return monitor_->fd(); }
    [[nodiscard]] int notice_fd() const { return bell_.get(); }
    /// Likewise: those who ask.
    [[nodiscard]] int desk_fd() const { return desk_->fd(); }

    /// Whether its work is done; then finish() is due.
    [[nodiscard]] bool done() const;
    /// Whether a group cannot be read any more. Then the process is to end at once;
    /// what it holds stays for a successor.
    [[nodiscard]] bool failed() const;
    /// Lets the lanes write what is left, and closes them.
    void finish();

private:
    Worker(const WorkerPlan& plan, Channel channel, Fd bell, const Clock& clock);

    enum class Ending : std::uint8_t {
        none,
        drain,   ///< everything is to be written, then the final ledger
        leave,   ///< a successor goes on
        orphan,  ///< the keeper is gone: what still comes is to be written
    };

    Status open_lanes();
    Result<std::unique_ptr<Lane>> open_lane(const config::OutputConfig& output);
    Status start_captures();
    [[nodiscard]] std::vector<LedgerRule> ledger_rules() const;
    void hear_keeper();
    void obey(const Letter& letter);
    void take_origins();
    void end_orphaned();
    void keep_ledger(bool kernel_read);
    void write_final_ledger();
    void ask_for_counts();
    void request_counts();
    std::chrono::nanoseconds next_look(std::chrono::nanoseconds now);
    [[nodiscard]] bool may_rest(std::chrono::nanoseconds now) const;
    bool read_counters();
    Ledger make_ledger(bool kernel_read, bool at_rest);
    [[nodiscard]] bool empty_since(std::uint16_t group, std::chrono::nanoseconds since) const;
    void tell_losses(const Ledger& ledger);
    void note_progress(const Ledger& ledger);
    void note_lifecycle(const Lifecycle& lifecycle);
    [[nodiscard]] control::Report make_report();
    void report_groups(control::Report& report) const;
    void report_outputs(control::Report& report) const;
    void report_warnings(control::Report& report) const;
    void post(Event event);
    void post_lifecycle(Lifecycle lifecycle);
    void take_notices();
    void tell_occasions();
    void look_at_places();
    void ring_bell();
    Lane::OnState on_lane_state();

    /// Of an output, for who asks.
    struct OutputState {
        std::string suspended;  ///< why; empty: it is not
        std::uint64_t since_ns = 0;
        std::uint64_t written = 0;  ///< as of the last look
        std::optional<std::uint64_t> last_write_ns;
    };
    struct Notice {
        std::string output;
        std::string reason;  ///< empty: resumed
    };

    const WorkerPlan plan_;
    Channel channel_;
    const Clock& clock_;
    enrich::InterfaceTable interfaces_;
    std::optional<enrich::InterfaceMonitor> monitor_;
    enrich::RuleIndex rules_;
    enrich::OriginBook origins_;

    std::optional<Auditor> auditor_;
    Ledger written_ledger_;            ///< the last one that outputs got
    Ledger seen_ledger_;               ///< as of the last look
    std::uint64_t seen_received_ = 0;  ///< packets, likewise
    std::chrono::nanoseconds looked_at_{0};
    std::chrono::nanoseconds moved_at_{0};  ///< the look that saw the ledger move last
    std::atomic<bool> resting_{false};      ///< nothing moves, so looks are rare
    std::chrono::nanoseconds next_ledger_{0};
    std::chrono::nanoseconds quiet_since_{0};  ///< nothing was to be written then
    std::chrono::nanoseconds lost_at_{0};      ///< when losses grew last
    bool losing_ = false;
    int unanswered_ = 0;  ///< times that the keeper was asked for counters
    std::chrono::nanoseconds asked_at_{0};

    Ending ending_ = Ending::none;
    std::chrono::nanoseconds orphan_until_{0};

    std::string sandbox_;
    std::string rules_state_;    ///< as control::Protection::rules
    std::string rules_missing_;  ///< in words; empty: none
    control::RateHistory received_rates_;
    control::RateHistory lost_rates_;
    std::map<std::string, OutputState> output_states_;

    Fd bell_;  ///< eventfd: notices, or a capture has ended
    std::mutex notice_mutex_;
    std::vector<Notice> notices_;  ///< guarded by notice_mutex_

    std::vector<std::unique_ptr<Lane>> lanes_;
    /// A directory of a lane's output as it was when the process was confined.
    struct Place {
        std::size_t lane = 0;
        std::string directory;
        dev_t device = 0;
        ino_t inode = 0;

        [[nodiscard]] static Place at(std::size_t lane, std::string directory);
        bool operator==(const Place&) const = default;
    };
    std::vector<Place> places_;
    bool replacement_asked_ = false;
    std::vector<std::future<void>> occasions_told_;  ///< one a lane, until all are
    Tap tap_;
    Wiring wiring_;
    std::vector<std::unique_ptr<Capture>> captures_;  ///< end before the lanes and the tap
    std::unique_ptr<Desk> desk_;
};

}  // namespace nflogd::pipeline
