// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the log of one host does not hold, from the ledgers in it. Their sums go from the
/// start of the daemon on; several runs of it are added up. A run ends with a lifecycle
/// record `started`, or where a sum goes back. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"

namespace nflogd::summary {

struct RuleLosses {
    std::string rule;
    std::uint64_t lost_kernel = 0;
    std::uint64_t suppressed = 0;  ///< over the rule's limit: by intent, so no loss
};

struct OutputLosses {
    std::string output;
    std::uint64_t dropped = 0;
    std::uint64_t failed = 0;
};

struct LossTotals {
    /// By rules, or by sequence numbers of the groups where these tell of more.
    std::uint64_t kernel = 0;
    std::uint64_t dropped = 0;
    std::uint64_t failed = 0;
    std::uint64_t suppressed = 0;

    [[nodiscard]] std::uint64_t lost() const { return kernel + dropped + failed; }
};

class HostLosses {
public:
    void add(const Event& event);
    void add(const Ledger& ledger);
    void add(const Lifecycle& lifecycle);

    /// What was added so far is counted as before(): it is older than what is asked for.
    void forget();

    /// Since the first ledger, or since the start of the run if that was seen.
    [[nodiscard]] LossTotals totals() const;
    /// What the first ledger told already of a run whose start was not seen, and what
    /// forget() took out.
    [[nodiscard]] LossTotals before() const;

    /// Those with anything but zeros, by name.
    [[nodiscard]] std::vector<RuleLosses> rules() const;
    [[nodiscard]] std::vector<OutputLosses> outputs() const;

private:
    /// More different names are counted together, as one called "…".
    static constexpr std::size_t kMaxNames = 4096;

    /// One sum over several runs.
    struct Sum {
        std::uint64_t ended = 0;   ///< of runs that have ended
        std::uint64_t before = 0;  ///< of that and of `now`: not asked for
        std::uint64_t now = 0;     ///< of the run that goes on

        [[nodiscard]] std::uint64_t total() const {
            return ended + now > before ? ended + now - before : 0;
        }
    };
    struct RuleSums {
        Sum lost_kernel;
        Sum suppressed;
        Sum logged;
    };
    struct OutputSums {
        Sum dropped;
        Sum failed;
        Sum written;
    };
    struct GroupSums {
        Sum lost_kernel;
        Sum received;
    };

    [[nodiscard]] bool goes_back(const Ledger& ledger) const;
    void end_run();
    void take(const Ledger& ledger);
    template <typename Visit>
    void each_sum(Visit visit);
    template <typename Pick>
    [[nodiscard]] LossTotals add_up(Pick pick) const;

    std::map<std::string, RuleSums, std::less<>> rules_;
    std::map<std::string, OutputSums, std::less<>> outputs_;
    std::map<std::uint16_t, GroupSums> groups_;
    bool knows_start_ = false;
};

}  // namespace nflogd::summary
