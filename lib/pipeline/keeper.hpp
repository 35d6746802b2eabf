// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The process that holds what needs privilege, without its event loop: sockets,
/// rules and their counters. It parses no packet. What reads packets is a worker,
/// a child without any privilege, which it starts again when that dies; the
/// sockets queue on meanwhile. All calls from one thread, the process's only one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/labels.hpp"
#include "core/result.hpp"
#include "core/run_id.hpp"
#include "core/time.hpp"
#include "enrich/rules.hpp"
#include "pipeline/books.hpp"
#include "pipeline/doors.hpp"
#include "pipeline/listeners.hpp"
#include "pipeline/origin_table.hpp"
#include "pipeline/restarts.hpp"
#include "pipeline/worker.hpp"
#include "pipeline/worker_process.hpp"
#include "rules/guard.hpp"
#include "rules/logging_rules.hpp"
#include "rules/rules.hpp"
#include "source/nflog_socket.hpp"

namespace nflogd::pipeline {

/// The lifecycle record of a worker that follows a dead one.
inline constexpr const char* kRestarted = "worker_restarted";

class Keeper {
public:
    /// What a worker process does; its result is the process's exit code.
    using Work = std::function<int(const WorkerPlan& plan, Channel channel)>;

    /// Binds groups, starts a worker (which opens outputs), installs rules, in
    /// this order. After an error nothing is left behind. An error without a
    /// message was told by the worker already.
    static Result<std::unique_ptr<Keeper>> start(config::Config config, Work work,
                                                 const Clock& clock = system_clock());

    /// Goes over to another configuration without losing a packet: one worker
    /// leaves, another goes on. After an error the old configuration stays in
    /// force.
    Status reload(config::Config config);
    /// Opens the media of all outputs anew (external log rotation).
    void reopen();

    /// Does what is due. Returns when to be called again at the latest
    /// (Clock::monotonic()). An error ends the daemon; stop() is still to be called.
    Result<std::chrono::nanoseconds> tick();
    /// To be polled for reading; -1 if there is nothing to poll now.
    [[nodiscard]] int channel_fd() const { return worker_ ? worker_->channel_fd() : -1; }
    [[nodiscard]] int process_fd() const { return worker_ ? worker_->fd() : -1; }
    [[nodiscard]] int rules_fd() const { return guard_ ? guard_->fd() : -1; }
    [[nodiscard]] int ruleset_fd() const { return ruleset_watch_ ? ruleset_watch_->fd() : -1; }
    /// When the worker last showed that it works (Clock::monotonic()).
    [[nodiscard]] std::chrono::nanoseconds worker_seen() const { return worker_seen_; }

    /// Rules quiet, groups unbound, everything written (within 10 s), the final
    /// ledger written, rules gone.
    Status stop();

    [[nodiscard]] const config::Config& config() const { return config_; }

    /// One line about what runs, for the daemon's own log.
    [[nodiscard]] std::string summary() const;

private:
    Keeper(config::Config config, Work work, const Clock& clock);

    using Sockets = std::vector<std::unique_ptr<source::NflogSocket>>;

    Status start_all();
    Result<Sockets> open_first_sockets() const;
    Result<Sockets> open_sockets(const config::Config& config) const;
    Status add_labels(const config::Config& config);
    void open_books(const config::Config& config);
    Status start_worker(Lifecycle occasion);
    Status await_ready();
    bool await_end(std::chrono::nanoseconds deadline);
    void let_worker_leave();
    [[nodiscard]] Death death_of(const Exit& exit) const;
    Status follow_dead_worker();
    Status try_later(const Error& error);
    void hear_worker();
    std::optional<bool> read_counters();
    std::chrono::nanoseconds count_for_resting_worker(std::chrono::nanoseconds now);
    void guard_rules();
    [[nodiscard]] std::string rules_state() const;
    void watch_origins();
    void learn_origins();
    std::chrono::nanoseconds look_after_origins(std::chrono::nanoseconds now);
    [[nodiscard]] bool is_read(std::uint16_t group) const;
    [[nodiscard]] bool is_ours(std::uint16_t group, const std::string& prefix) const;
    void warn_of_prefix(const rules::LoggingRule& rule, const RuleLabel& said);
    void look_after_rules();
    void tell(std::string change, std::vector<std::pair<std::string, std::string>> details);
    void go_back();
    void adopt_sockets();
    Status open_sockets_of_readers(const config::Config& next);
    void take_back_sockets_of_readers();
    [[nodiscard]] bool is_unbound(std::uint16_t group) const;
    [[nodiscard]] const NflogOptions* options_of(std::uint16_t group) const;

    config::Config config_;
    const RunId run_ = new_run_id();
    const Work work_;
    const Clock& clock_;
    Books books_;
    Labels labels_;
    Listeners listeners_;
    DoorKeeper doors_;
    std::vector<enrich::KnownRule> known_rules_;
    OriginTable origins_;  ///< of the operator's rules
    std::optional<rules::Watch> ruleset_watch_;
    bool origins_due_ = false;
    std::chrono::nanoseconds learned_at_{0};
    std::set<std::string> warned_;  ///< rules and prefixes
    std::unique_ptr<rules::Ruleset> ruleset_;
    std::optional<rules::Guard> guard_;
    std::chrono::nanoseconds missing_since_{0};
    std::chrono::nanoseconds counted_at_{0};
    Sockets sockets_;
    std::vector<std::uint16_t> unbound_;  ///< groups that are only read until they are empty

    std::optional<WorkerProcess> worker_;
    bool ready_ = false;
    bool replace_ = false;               ///< the worker asked for a successor
    std::uint64_t received_before_ = 0;  ///< when the worker was started
    std::chrono::nanoseconds worker_seen_{0};
    std::vector<Lifecycle> untold_;  ///< occasions that no worker has written yet
    std::optional<std::chrono::nanoseconds> restart_at_;
    Lifecycle restart_occasion_;
    Restarts restarts_;
    KeeperFacts facts_;
};

}  // namespace nflogd::pipeline
