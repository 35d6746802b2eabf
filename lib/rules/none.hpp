// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Backend `none`: nothing is installed, the operator's own rules log. What their
/// counters say becomes the counts of the rules in the configuration, by prefix
/// and group, and of the groups as a whole.
#pragma once

#include <set>

#include "counter_baseline.hpp"
#include "operator_rules.hpp"
#include "ruleset.hpp"

namespace nflogd::rules {

class NoneRuleset final : public TrialRuleset {
public:
    NoneRuleset(ListNft list, ListLegacy list_legacy)
        : list_(std::move(list)), list_legacy_(std::move(list_legacy)) {}

    /// From here on is counted. Called again, it goes on counting.
    Status install(const RulesOptions& options) override;
    Result<std::vector<RuleCount>> count() override;
    Result<std::string> missing() override { return std::string(); }
    Status restore() override { return {}; }
    Status quiesce() override { return {}; }
    Status remove() override { return {}; }
    [[nodiscard]] std::vector<GroupCount> groups() const override { return groups_; }
    std::vector<std::string> take_warnings() override { return std::exchange(warnings_, {}); }
    [[nodiscard]] int refused_rule() const override { return kNoRule; }

private:
    Result<std::vector<OperatorRule>> find() const;
    void warn(const OperatorRule& rule);

    ListNft list_;
    ListLegacy list_legacy_;
    RulesOptions options_;
    bool started_ = false;
    CounterBaseline totals_;
    std::vector<GroupCount> groups_;
    std::vector<std::string> warnings_;
    std::set<std::string> warned_;  ///< prefixes and groups
};

}  // namespace nflogd::rules
