// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Totals of kernel counters that may begin again at 0: because somebody resets
/// them, because their rules were removed and put back, or replaced by new ones. A
/// counter that is smaller than it was has begun again; what it counted between
/// the last reading and then is unknown and left out, so that a sum is never more
/// than what was seen. Never goes back. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rules.hpp"

namespace nflogd::rules {

/// What the kernel says of one place where packets of a rule are counted.
struct Reading {
    std::string rule;
    std::string place;  ///< tells the rule's several counters apart
    std::uint64_t matched = 0;
    std::uint64_t passed = 0;
};

class CounterBaseline {
public:
    /// From here on `now` counts; what it says already is not ours.
    void start(const std::vector<Reading>& now);

    /// The totals of the rules of `now`, in the order of their first reading. A
    /// place that is not read any more keeps what it had.
    [[nodiscard]] std::vector<RuleCount> take(const std::vector<Reading>& now);

    /// Likewise, and then those of rules that are gone, as they were told last.
    [[nodiscard]] std::vector<RuleCount> take_all(const std::vector<Reading>& now);

    /// What take() told last of every rule that there ever was.
    [[nodiscard]] std::vector<RuleCount> told() const;

    /// All was read for the last time: new counters take over, nothing is unknown.
    void carry();

    /// Whoever counted has gone, and begins again at 0. All rules, one, or one of
    /// its places.
    void begin_again();
    void begin_again(const std::string& rule, const std::string& place);

private:
    struct Counter {
        std::uint64_t past = 0;    ///< before it began again
        std::uint64_t origin = 0;  ///< where it stood when we came
        std::uint64_t last = 0;

        [[nodiscard]] std::uint64_t total() const { return past + (last - origin); }
        void begin_again() { *this = {total(), 0, 0}; }
        /// True: it is smaller than it was.
        bool take(std::uint64_t now);
    };
    struct Place {
        Counter matched;
        Counter passed;

        void begin_again();
    };
    struct Rule {
        std::map<std::string, Place> places;
        std::uint64_t past_matched = 0;  ///< of places that are gone
        std::uint64_t past_passed = 0;
        bool restarted = false;
        RuleCount told;  ///< by the last take()
    };

    void forget_places(const std::map<std::string, std::set<std::string>>& seen);
    [[nodiscard]] static RuleCount sum(const std::string& name, Rule& rule);

    std::map<std::string, Rule> rules_;
};

}  // namespace nflogd::rules
