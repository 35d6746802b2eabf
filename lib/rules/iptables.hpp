// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Log rules as chains of iptables and ip6tables. New rules stand beside the old
/// ones until the jumps lead to them; only then the old counters, now at rest,
/// are read and their chains deleted, so that no packet is missing in a sum.
/// Nothing removes the chains when we are killed; the next install() does.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "iptables_chains.hpp"
#include "ruleset.hpp"

namespace nflogd::rules {

class IptablesRuleset final : public TrialRuleset {
public:
    IptablesRuleset(RunProgram run, OpenNft open_nft, std::vector<int> versions)
        : run_(std::move(run)), open_nft_(std::move(open_nft)), versions_(std::move(versions)) {}
    ~IptablesRuleset() override;

    Status install(const RulesOptions& options) override;
    Result<std::vector<RuleCount>> count() override;
    Result<std::string> missing() override;
    Status restore() override;
    Status quiesce() override;
    Status remove() override;
    [[nodiscard]] int refused_rule() const override { return refused_rule_; }

private:
    Status open(const RulesOptions& options);
    [[nodiscard]] IptablesChains::Drop all_but_counting() const;
    void take_back();
    void retire(const Generation& old);
    void look();

    RunProgram run_;
    OpenNft open_nft_;
    std::vector<int> versions_;
    std::unique_ptr<IptablesChains> chains_;
    std::optional<Generation> installed_;
    bool quiet_ = false;  ///< quiesce() took the jumps away
    pid_t process_ = -1;  ///< that installed: a forked copy must not remove
    CounterBaseline totals_;
    int refused_rule_ = kNoRule;
};

}  // namespace nflogd::rules
