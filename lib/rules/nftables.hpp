// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Log rules as a table of nftables, owned by this process where the kernel can
/// do that (5.12): then nobody else changes it, and it goes when we go, however
/// we go. A process that forks may destroy its copy; the table is not touched.
#pragma once

#include <sys/types.h>

#include <optional>

#include "nft.hpp"
#include "nftables_text.hpp"
#include "ruleset.hpp"

namespace nflogd::rules {

class NftablesRuleset final : public TrialRuleset {
public:
    explicit NftablesRuleset(OpenNft open) : open_(std::move(open)) {}
    ~NftablesRuleset() override;

    Status install(const RulesOptions& options) override;
    Result<std::vector<RuleCount>> count() override;
    Status quiesce() override;
    Status remove() override;
    [[nodiscard]] int refused_rule() const override { return refused_rule_; }

private:
    struct Installed {
        RulesOptions options;
        ObjectNames names;
        bool owned = true;
        pid_t process = -1;
    };

    Status open_context();
    std::optional<Refusal> replace(const RulesOptions& options);
    std::optional<Refusal> install_fresh(const RulesOptions& options, bool owned);
    std::optional<Refusal> run(const Listing& listing, const std::string& table);
    Refusal explain(const NftComplaint& complaint, const std::string& table);
    Status fail(const Refusal& refusal, const RulesOptions& options);

    OpenNft open_;
    std::unique_ptr<Nft> nft_;
    std::optional<Installed> installed_;
    std::vector<RuleCount> last_;  ///< of the last count()
    Totals totals_;
    int refused_rule_ = kNoRule;
};

}  // namespace nflogd::rules
