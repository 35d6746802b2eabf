// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Log rules as a table of nftables, owned by this process where the kernel can
/// do that (5.12): then nobody else changes it, and it goes when we go, however
/// we go. A process that forks may destroy its copy; the table is not touched.
/// Without an owner others may do to it what they like: missing() and restore().
#pragma once

#include <sys/types.h>

#include <optional>

#include "counter_baseline.hpp"
#include "nft.hpp"
#include "nft_items.hpp"
#include "nftables_text.hpp"
#include "ruleset.hpp"
#include "state.hpp"

namespace nflogd::rules {

class NftablesRuleset final : public TrialRuleset {
public:
    /// `list` shows what is in the kernel.
    NftablesRuleset(OpenNft open, ListNft list) : open_(std::move(open)), list_(std::move(list)) {}
    ~NftablesRuleset() override;

    Status install(const RulesOptions& options) override;
    Result<std::vector<RuleCount>> count() override;
    Result<std::string> missing() override;
    Status restore() override;
    Status quiesce() override;
    Status remove() override;
    [[nodiscard]] bool owned() const override { return installed_ && installed_->owned; }
    [[nodiscard]] int refused_rule() const override { return refused_rule_; }

private:
    struct Installed {
        RulesOptions options;
        ObjectNames names;
        bool owned = true;
        bool quiet = false;  ///< quiesce() took the rules away
        pid_t process = -1;
    };
    /// Our table as install() left it.
    struct Seen {
        State state;
        State shape;
    };

    Status open_context();
    std::optional<Refusal> replace(const RulesOptions& options);
    void retire(const ObjectNames& names);
    std::optional<Refusal> install_fresh(const RulesOptions& options, bool owned);
    Status install_first(const RulesOptions& options);
    Result<std::vector<NftItem>> list_table() const;
    void look();
    bool mend();
    Status make_afresh();
    std::optional<Refusal> run(const Listing& listing, const std::string& table);
    Refusal explain(const NftComplaint& complaint, const std::string& table);
    Status fail(const Refusal& refusal, const RulesOptions& options);

    OpenNft open_;
    ListNft list_;
    std::unique_ptr<Nft> nft_;
    std::optional<Installed> installed_;
    std::optional<Seen> seen_;
    CounterBaseline totals_;
    int refused_rule_ = kNoRule;
};

}  // namespace nflogd::rules
