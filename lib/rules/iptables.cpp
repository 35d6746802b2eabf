// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables.hpp"

#include <unistd.h>

#include "core/log.hpp"

namespace nflogd::rules {
namespace {

using Kind = ChainName::Kind;

bool counts_for(const ChainName& chain, const Generation& generation) {
    return chain.kind == Kind::rule && chain.number >= generation.first &&
           chain.number < generation.end();
}

}  // namespace

IptablesRuleset::~IptablesRuleset() {
    if (!installed_ || process_ != ::getpid()) return;
    if (const auto status = remove(); !status) log::warning(status.error().message);
}

Status IptablesRuleset::open(const RulesOptions& options) {
    if (installed_) {
        const auto& now = installed_->options;
        if (now.table == options.table && now.flavour == options.flavour) return {};
        return Error{"rules.table: cannot change while the rules are installed", EX_CONFIG};
    }
    chains_ = std::make_unique<IptablesChains>(run_, open_nft_, options, versions_);
    return chains_->open();
}

Status IptablesRuleset::install(const RulesOptions& options) {
    refused_rule_ = kNoRule;
    if (const auto errors = check_iptables(options); !errors.empty()) return errors.front();
    if (auto status = open(options); !status) return status;
    const Generation next{options, installed_ ? installed_->end() : 0};
    bool changed = false;
    if (const auto refusal = chains_->apply(all_but_counting(), &next, every_chain, changed)) {
        if (changed) take_back();
        refused_rule_ = refusal->rule;
        return to_error(*refusal, options);
    }
    if (installed_) retire(*installed_);
    installed_ = next;
    quiet_ = false;
    process_ = ::getpid();
    look();
    return {};
}

/// All that can go while the counters of what is installed stay readable.
IptablesChains::Drop IptablesRuleset::all_but_counting() const {
    return [this](const ChainName& chain) {
        return chain.kind != Kind::marker && !(installed_ && counts_for(chain, *installed_));
    };
}

/// After an install() that got halfway: what was before.
void IptablesRuleset::take_back() {
    if (!installed_) {
        if (const auto status = chains_->erase(); !status) log::warning(status.error().message);
        return;
    }
    bool changed = false;
    const auto refusal =
        chains_->apply(all_but_counting(), quiet_ ? nullptr : &*installed_, no_chain, changed);
    if (refusal) log::warning("the old rules are lost: " + refusal->words);
    look();
}

/// From here on our chains are to stay as they are.
void IptablesRuleset::look() {
    if (const auto status = chains_->look(); !status)
        log::warning("changes of our rules will not be noticed: " + status.error().message);
}

/// The jumps lead past `old` by now: its counters are final.
void IptablesRuleset::retire(const Generation& old) {
    const auto counts = chains_->count(old, IptablesChains::Jumps::taken_away);
    if (counts) {
        [[maybe_unused]] const auto final = totals_.take(*counts);
        totals_.carry();
    } else {
        totals_.begin_again();
        log::warning("counters are as of their last reading: " + counts.error().message);
    }
    bool changed = false;
    const auto refusal =
        chains_->apply([&](const ChainName& chain) { return counts_for(chain, old); }, nullptr,
                       every_chain, changed);
    if (refusal) log::warning("old chains are left behind: " + refusal->words);
}

Result<std::vector<RuleCount>> IptablesRuleset::count() {
    if (!installed_) return std::vector<RuleCount>{};
    using Jumps = IptablesChains::Jumps;
    auto counts = chains_->count(*installed_, quiet_ ? Jumps::taken_away : Jumps::expected);
    if (!counts) return counts.error();
    return totals_.take_all(*counts);
}

Result<std::string> IptablesRuleset::missing() {
    if (!installed_ || quiet_) return std::string();
    return chains_->missing();
}

Status IptablesRuleset::restore() {
    if (!installed_ || quiet_) return {};
    const auto lost = [&](unsigned rule, int ip_version) {
        totals_.begin_again(installed_->options.log[rule].name,
                            IptablesChains::place_of(ip_version));
    };
    const auto refusal = chains_->restore(*installed_, lost);
    return refusal ? Status(to_error(*refusal, installed_->options)) : Status{};
}

Status IptablesRuleset::quiesce() {
    if (!installed_) return {};
    bool changed = false;
    if (const auto refusal = chains_->apply(all_but_counting(), nullptr, every_chain, changed))
        return to_error(*refusal, installed_->options);
    quiet_ = true;
    return {};
}

Status IptablesRuleset::remove() {
    if (!installed_) return {};
    installed_.reset();
    totals_ = {};
    quiet_ = false;
    return chains_->erase();
}

}  // namespace nflogd::rules
