// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What verify() needs to know of a backend beyond the public interface.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "listing.hpp"
#include "rules.hpp"

namespace nflogd::rules {

class TrialRuleset : public Ruleset {
public:
    /// Which rule the last install() was refused for; kNoRule if none is to
    /// blame, or the backend did not say.
    [[nodiscard]] virtual int refused_rule() const = 0;
};

/// Totals of rules whose kernel counters began again at 0. Never goes back.
class Totals {
public:
    /// What the kernel counts now, on top of what it counted before.
    [[nodiscard]] std::vector<RuleCount> plus(std::vector<RuleCount> now) const {
        for (auto& count : now) {
            const auto before = base_.find(count.name);
            if (before == base_.end()) continue;
            count.matched += before->second.matched;
            count.passed += before->second.passed;
        }
        return now;
    }

    /// From here on the kernel's counters are new; the rules of `totals` had these.
    void carry(const std::vector<RuleCount>& totals) {
        base_.clear();
        for (const auto& count : totals) base_[count.name] = count;
    }

private:
    std::map<std::string, RuleCount> base_;
};

}  // namespace nflogd::rules
