// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules.hpp"

#include <array>

#include "dry_run.hpp"
#include "iptables.hpp"
#include "nftables.hpp"
#include "none.hpp"
#include "verify.hpp"

namespace nflogd::rules {
namespace {

std::unique_ptr<TrialRuleset> make_nft() {
    return std::make_unique<NftablesRuleset>(open_nft, list_nft_items);
}

std::unique_ptr<TrialRuleset> make_iptables() {
    return std::make_unique<IptablesRuleset>(run_program, open_nft, ip_versions());
}

std::unique_ptr<TrialRuleset> make_none() {
    return std::make_unique<NoneRuleset>(list_nft_items, legacy_log_rules);
}

std::optional<Refusal> dry_run_none(const RulesOptions&) { return std::nullopt; }
std::vector<Error> check_none(const RulesOptions&) { return {}; }
std::string render_none(const RulesOptions&) { return ""; }

/// In the order of RulesBackend.
constexpr std::array kBackends = {
    Backend{RulesBackend::nftables, make_nft, render_nft, check_nft, dry_run_nft,
            DryRun::asks_kernel},
    Backend{RulesBackend::iptables, make_iptables, render_iptables, check_iptables,
            dry_run_iptables, DryRun::asks_program},
    Backend{RulesBackend::none, make_none, render_none, check_none, dry_run_none,
            DryRun::asks_program},
};

const Backend& backend_of(RulesBackend id) { return kBackends[static_cast<std::size_t>(id)]; }

}  // namespace

std::unique_ptr<Ruleset> make_ruleset(RulesBackend backend) { return backend_of(backend).make(); }

Result<std::string> render(const RulesOptions& options) {
    const auto& backend = backend_of(options.backend);
    if (auto errors = backend.check(options); !errors.empty()) return errors.front();
    return backend.render(options);
}

std::vector<Error> verify(const RulesOptions& options) {
    return verify_with(backend_of(options.backend), options);
}

}  // namespace nflogd::rules
