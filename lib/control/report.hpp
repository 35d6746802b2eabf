// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the running daemon says about itself: to `nflogd status`, and to Prometheus.
/// Plain data, made when somebody asks; one thread. docs/control.md has the JSON,
/// docs/metrics.md the metrics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/rates.hpp"
#include "core/event.hpp"

namespace nflogd::control {

/// How well the parts that others could harm are protected.
struct Protection {
    std::string user;     ///< of both processes
    std::string sandbox;  ///< the level that the worker process reached
    std::string rules;  ///< owned (the kernel refuses others), watched (put back), none (not ours)
};

struct RuleReport {
    RuleLedger ledger;
    std::string action;                 ///< empty: not in the configuration any more
    std::vector<std::uint16_t> groups;  ///< likewise
};

struct GroupReport {
    GroupLedger ledger;
    std::uint64_t receive_buffer = 0;  ///< bytes, as the kernel granted them
    double fill = 0;                   ///< of that buffer, 0 to 1
};

struct OutputReport {
    OutputLedger ledger;
    std::string type;
    std::string format;
    std::string place;                           ///< for people
    std::string path;                            ///< of a file
    std::uint32_t capacity = 0;                  ///< of its queue, in records
    std::optional<std::string> suspended;        ///< why
    std::uint64_t suspended_since_ns = 0;        ///< UNIX time
    std::optional<std::uint64_t> last_write_ns;  ///< UNIX time; this worker has seen none
};

/// What somebody should look at, and what helps.
struct Warning {
    std::string text;
    std::string remedy;
};

/// Packets of one action in one group.
struct ActionCount {
    std::uint16_t group = 0;
    std::string action;  ///< `unknown` where no rule of ours logged them
    std::uint64_t packets = 0;
};

struct Report {
    std::string version;
    std::string host;
    int pid = 0;                        ///< of the process that systemd knows
    std::uint64_t now_ns = 0;           ///< UNIX time
    std::uint64_t started_ns = 0;       ///< likewise
    std::uint64_t worker_restarts = 0;  ///< workers that followed a dead one
    Protection protection;
    std::string backend;        ///< nftables iptables none
    std::string rules_missing;  ///< what somebody removed and is not back yet
    std::uint64_t rules_installed = 0;
    Rates received;       ///< packets a second
    Rates lost;           ///< likewise, whatever the reason
    bool losing = false;  ///< packets are being lost these seconds
    Ledger ledger;        ///< the sums that are not below
    std::vector<RuleReport> rules;
    std::vector<GroupReport> groups;
    std::vector<OutputReport> outputs;
    std::vector<ActionCount> actions;
    std::vector<Warning> warnings;

    /// Whether records are lost, or would be: what makes `status` exit with 1.
    [[nodiscard]] bool degraded() const;
};

/// One line of JSON without its newline.
[[nodiscard]] std::string to_json(const Report& report);

/// Text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
[[nodiscard]] std::string to_prometheus(const Report& report);

struct ScreenOptions {
    bool colour = false;
    unsigned columns = 80;
};
/// One screen, made of what to_json() printed; nothing if it is something else.
[[nodiscard]] std::optional<std::string> to_text(std::string_view json,
                                                 const ScreenOptions& options);
/// Whether a report says `degraded`; nothing if it is no report.
[[nodiscard]] std::optional<bool> is_degraded(std::string_view json);

}  // namespace nflogd::control
