// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Makes the ledger from the books: what the kernel counted, what was received,
/// what every output did with it. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "core/labels.hpp"
#include "core/time.hpp"
#include "pipeline/books.hpp"

namespace nflogd::pipeline {

/// A rule as the ledger follows it.
struct LedgerRule {
    std::string name;
    std::vector<std::uint16_t> labels;  ///< more than one if its action was changed; never none
    std::vector<std::uint16_t> groups;  ///< where its packets may wait
    /// The longest that a packet is on its way from the rule to the socket.
    std::chrono::nanoseconds in_flight{0};
};

class Auditor {
public:
    /// Whether the socket of a group was seen empty at that time or later.
    using EmptySince = std::function<bool(std::uint16_t group, std::chrono::nanoseconds since)>;

    /// `outputs` are named in this order. `books` outlives this.
    Auditor(Books& books, const std::vector<LedgerRule>& rules, std::vector<std::string> outputs);

    /// To be called before the kernel's counters are read for the next make().
    void before_counting();

    /// Makes the ledger of this moment; `kernel_read` if the kernel's counters in
    /// the books were read just now.
    ///
    /// lost_kernel of a rule is what its counter passed and no record shows. As
    /// long as packets are on their way it is a lower bound that only grows; with
    /// `at_rest` (rules quiet, sockets drained) it is exact.
    Ledger make(bool kernel_read, bool at_rest, const EmptySince& empty_since, const Clock& clock);

private:
    /// What a kernel counter had passed at some time. Once the socket was seen empty
    /// later than that plus in_flight, what is missing of it is lost.
    struct Snapshot {
        std::uint64_t passed = 0;
        std::chrono::nanoseconds at{0};
        std::uint64_t received_before = 0;  ///< before the counters were read
    };
    struct RuleTotals {
        LedgerRule rule;
        Snapshot snapshot;

        [[nodiscard]] RuleLedger entry(const KernelCount& kernel, std::uint64_t logged) const;
    };
    /// Of one look at the books.
    struct Look {
        bool kernel_read;
        bool at_rest;
        const EmptySince& empty_since;
        std::chrono::nanoseconds now;
    };

    static void update(KernelCount& kernel, Snapshot& snapshot, std::uint64_t received,
                       const LedgerRule& path, const Look& look);
    void add_groups(Ledger& ledger, const Look& look);
    [[nodiscard]] std::uint64_t logged_by(const RuleTotals& totals) const;

    Books& books_;
    std::vector<RuleTotals> rules_;
    std::map<std::uint16_t, Snapshot> groups_;
    std::chrono::nanoseconds in_flight_{0};  ///< the longest of all rules
    std::vector<std::string> outputs_;
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
