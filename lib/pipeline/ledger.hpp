// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The books: what the kernel counted, what was received, what every output did
/// with it. Totals live as long as the daemon, over reloads. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "core/labels.hpp"
#include "core/time.hpp"
#include "pipeline/capture.hpp"
#include "pipeline/lane.hpp"
#include "rules/rules.hpp"

namespace nflogd::pipeline {

/// A rule as the ledger follows it.
struct LedgerRule {
    std::string name;
    std::uint16_t label = 0;
    std::uint16_t group = 0;
    /// The longest that a packet is on its way from the rule to the socket.
    std::chrono::nanoseconds in_flight{0};
};

class LedgerKeeper {
public:
    /// Which rules the kernel counts now. A rule that is gone keeps its totals.
    void set_rules(std::vector<LedgerRule> rules);
    /// Takes over the totals of a capture whose thread has ended.
    void retire(const Capture& capture);
    /// Likewise of an output's lane.
    void retire(const Lane& lane);

    /// Makes the ledger of this moment. `counts` is what the rules' own counters
    /// say, read just now; nothing if nobody counts.
    ///
    /// lost_kernel of a rule is what its counter passed and no record shows. As
    /// long as packets are on their way it is a lower bound that only grows; with
    /// `at_rest` (rules quiet, sockets drained) it is exact.
    Ledger make(const std::optional<std::vector<rules::RuleCount>>& counts,
                const std::vector<std::unique_ptr<Capture>>& captures,
                const std::vector<std::shared_ptr<Lane>>& lanes, bool at_rest, const Clock& clock);

private:
    struct RuleTotals {
        LedgerRule rule;
        std::vector<std::uint16_t> labels;  ///< more than one if its action was changed
        std::uint64_t matched = 0;
        std::uint64_t passed = 0;
        std::uint64_t logged = 0;
        std::uint64_t lost = 0;
        bool counted = false;  ///< a kernel counter was read at least once
        /// `passed` as it was at `snapshot_at`. Once the socket was seen empty
        /// later than that plus in_flight, what is missing of it is lost.
        std::uint64_t snapshot_passed = 0;
        std::chrono::nanoseconds snapshot_at{0};

        void update(const std::optional<std::vector<rules::RuleCount>>& counts,
                    const std::vector<std::unique_ptr<Capture>>& captures, std::uint64_t logged_now,
                    bool at_rest, std::chrono::nanoseconds now);
        [[nodiscard]] bool settled(const std::vector<std::unique_ptr<Capture>>& captures) const;
        [[nodiscard]] RuleLedger entry() const;
    };

    std::uint64_t logged_by(const RuleTotals& totals,
                            const std::vector<std::unique_ptr<Capture>>& captures) const;

    std::vector<RuleTotals> rules_;
    std::vector<std::uint64_t> retired_logged_ = std::vector<std::uint64_t>(Labels::kMaxRules);
    std::map<std::uint16_t, GroupLedger> retired_groups_;
    std::map<std::string, OutputLedger> retired_outputs_;
    Ledger retired_;  ///< sums of decode and netlink counts
};

/// Whether something moved between two ledgers.
[[nodiscard]] bool moved(const Ledger& before, const Ledger& after);

/// All packets known to be lost, whatever the reason.
struct Losses {
    std::uint64_t kernel = 0;
    std::uint64_t dropped = 0;
    std::uint64_t failed = 0;
};
[[nodiscard]] Losses losses(const Ledger& ledger);

}  // namespace nflogd::pipeline
