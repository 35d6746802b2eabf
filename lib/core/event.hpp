// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a log says beside its packets: the ledger and changes of state. Made
/// rarely, so these own ordinary strings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace nflogd {

/// matched = suppressed + logged + lost_kernel, at rest.
struct RuleLedger {
    std::string rule;
    /// The rule's own kernel counters; absent where nobody counts.
    std::optional<std::uint64_t> matched;
    std::optional<std::uint64_t> suppressed;
    std::uint64_t logged = 0;
    std::optional<std::uint64_t> lost_kernel;
};

struct GroupLedger {
    std::uint16_t group = 0;
    std::uint64_t received = 0;
    std::uint64_t lost_kernel = 0;  ///< gaps in NFULA_SEQ
};

/// received by all groups = written + filtered + dropped + failed + queued.
struct OutputLedger {
    std::string output;
    std::uint64_t written = 0;
    std::uint64_t filtered = 0;  ///< not meant for this output
    std::uint64_t dropped = 0;   ///< the output's queue was full
    std::uint64_t failed = 0;    ///< its medium refused
    std::uint64_t queued = 0;
    /// Of an output with a spool: packets that wait in it now. Those of this run are
    /// among `written`, those of earlier runs are in no other sum.
    std::optional<std::uint64_t> spooled{};
};

/// The sums since the daemon's start. Counts are of packet records.
struct Ledger {
    std::uint64_t timestamp_ns = 0;
    bool final = false;  ///< the last one of a clean stop
    std::vector<RuleLedger> rules;
    std::vector<GroupLedger> groups;
    std::vector<OutputLedger> outputs;
    std::uint64_t malformed = 0;
    std::uint64_t truncated = 0;
    std::uint64_t overruns = 0;       ///< receive calls that told of a full socket (ENOBUFS)
    std::uint64_t socket_drops = 0;   ///< datagrams the kernel dropped on a full socket
    std::uint64_t cut_datagrams = 0;  ///< datagrams longer than our buffer
};

/// A change that an auditor must know.
struct Lifecycle {
    std::uint64_t timestamp_ns = 0;
    std::string change;  ///< started reloaded output_suspended output_resumed stopped ...
    /// What else is to be said, printed as strings in this order.
    std::vector<std::pair<std::string, std::string>> details;
};

using Event = std::variant<Ledger, Lifecycle>;

}  // namespace nflogd
