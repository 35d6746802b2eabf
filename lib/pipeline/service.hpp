// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The running daemon without its event loop: sources, rules, lanes and ledger
/// built from a configuration, changed by another one, and taken down so that
/// nothing is lost. All calls from one thread, the main one.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "core/fd.hpp"
#include "core/labels.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "enrich/interfaces.hpp"
#include "pipeline/capture.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/ledger.hpp"
#include "rules/rules.hpp"

namespace nflogd::pipeline {

/// From its stop on, an output has this long to write what is left.
inline constexpr std::chrono::seconds kStopDeadline{10};

class Service {
public:
    /// Opens outputs, binds groups, installs rules, in this order, and starts.
    /// After an error nothing is left behind.
    static Result<std::unique_ptr<Service>> start(config::Config config,
                                                  const Clock& clock = system_clock());
    ~Service();

    /// Goes over to another configuration without losing a packet. After an
    /// error the old one stays in force.
    Status reload(config::Config config);

    /// Opens the media of all outputs anew (external log rotation).
    void reopen();

    /// Ledger and notices, whatever is due. Returns when to be called again at
    /// the latest (Clock::monotonic()).
    std::chrono::nanoseconds tick();
    /// Polled for reading by the main loop: interface changes, and news from lanes.
    [[nodiscard]] int interface_fd() const { return monitor_->fd(); }
    [[nodiscard]] int notice_fd() const { return notice_bell_.get(); }
    void update_interfaces() { monitor_->update(); }

    /// Rules quiet, groups unbound, sockets and lanes drained (within 10 s), the
    /// final ledger written, rules gone.
    Status stop();

    /// One line about what runs, for the daemon's own log.
    [[nodiscard]] std::string summary() const;

private:
    explicit Service(config::Config config, const Clock& clock);

    Status open_all();
    Status open_groups(const config::Config& config,
                       std::vector<std::unique_ptr<Capture>>& opened) const;
    Result<std::shared_ptr<Lane>> open_lane(const config::OutputConfig& output,
                                            const std::string& host);
    Status add_labels(const config::Config& config);
    [[nodiscard]] std::shared_ptr<const Wiring> make_wiring() const;
    void stop_groups(std::vector<std::unique_ptr<Capture>> captures);
    void adopt_groups(std::vector<std::unique_ptr<Capture>> opened);
    [[nodiscard]] const NflogOptions* options_of(std::uint16_t group) const;
    Status replace_lanes(const config::Config& next);
    [[nodiscard]] std::optional<std::size_t> find_same(const config::OutputConfig& wanted) const;
    [[nodiscard]] bool file_in_use(const config::OutputConfig& wanted) const;
    void retire_lane(Lane& lane);
    Ledger make_ledger(bool at_rest);
    void write_ledger();
    void tell_losses(const Ledger& ledger);
    void post(Event event);
    void post_lifecycle(std::string change,
                        std::vector<std::pair<std::string, std::string>> details = {});
    void take_notices();
    void drain_lanes();
    Lane::OnState on_lane_state();

    using Lanes = std::vector<std::shared_ptr<Lane>>;

    struct Notice {
        std::string output;
        std::string reason;  ///< empty: resumed
    };

    config::Config config_;
    const Clock& clock_;
    Labels labels_;
    enrich::InterfaceTable interfaces_;
    std::optional<enrich::InterfaceMonitor> monitor_;
    std::unique_ptr<rules::Ruleset> ruleset_;
    std::vector<enrich::KnownRule> known_rules_;
    LedgerKeeper keeper_;
    Ledger last_ledger_;
    bool losing_ = false;
    std::chrono::nanoseconds next_ledger_{0};

    Fd notice_bell_;
    std::mutex notice_mutex_;
    std::vector<Notice> notices_;  ///< guarded by notice_mutex_

    Lanes lanes_;
    std::vector<std::unique_ptr<Capture>> captures_;  ///< end before the lanes
    bool stopped_ = false;
};

}  // namespace nflogd::pipeline
