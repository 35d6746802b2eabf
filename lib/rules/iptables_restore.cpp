// SPDX-License-Identifier: GPL-2.0-or-later
// IptablesChains: what became of our chains, and putting them right.
#include "iptables_chains.hpp"

namespace nflogd::rules {

Result<State> IptablesChains::state_of(Family& family) const {
    const auto saved = family.tool.save();
    if (!saved) return saved.error();
    return iptables_state(place_of(family.tool.ip_version()), *saved, prefix_);
}

Status IptablesChains::look() {
    for (auto& family : families_) {
        family.looked.reset();
        auto state = state_of(family);
        if (!state) return state.error();
        family.looked = std::move(*state);
    }
    return {};
}

Result<std::string> IptablesChains::missing() {
    for (auto& family : families_) {
        if (!family.looked) continue;
        const auto now = state_of(family);
        if (!now) return now.error();
        if (auto what = difference(*family.looked, *now); !what.empty()) return what;
    }
    return std::string();
}

std::optional<Refusal> IptablesChains::restore(const Generation& generation, const Lost& lost) {
    for (auto& family : families_) {
        if (!family.looked) continue;
        const auto now = state_of(family);
        if (!now) return Refusal{now.error().message, kNoRule, now.error().exit_code};
        if (*now == *family.looked) continue;
        if (auto refusal = restore_family(family, *now, generation, lost)) return refusal;
    }
    return std::nullopt;
}

std::optional<Refusal> IptablesChains::restore_family(Family& family, const State& now,
                                                      const Generation& generation,
                                                      const Lost& lost) {
    const int version = family.tool.ip_version();
    const auto untouched = [&](const std::string& chain) {
        const auto key = chain_key(place_of(version), chain);
        const auto then = family.looked->find(key);
        const auto found = now.find(key);
        return then != family.looked->end() && found != now.end() && then->second == found->second;
    };
    const auto name_of = [&](unsigned rule) { return prefix_ + '.' + std::to_string(rule); };
    const auto drop = [&](const ChainName& chain) {
        if (chain.kind == ChainName::Kind::rule) return !untouched(name_of(chain.number));
        return chain.kind != ChainName::Kind::marker;
    };
    const auto write = [&](const std::string& chain) { return !untouched(chain); };
    bool changed = false;
    if (auto refusal = apply_to(family, drop, &generation, write, changed)) return refusal;
    for (unsigned i = 0; i < generation.options.log.size(); ++i)
        if (matches_version(generation.options.log[i], version) &&
            !untouched(name_of(generation.first + i)))
            lost(i, version);
    auto state = state_of(family);
    if (!state) return Refusal{state.error().message, kNoRule, state.error().exit_code};
    family.looked = std::move(*state);
    return std::nullopt;
}

/// Those that were there when we looked: somebody may have deleted them.
std::set<std::string> IptablesChains::known_markers(const Family& family,
                                                    std::string_view table) const {
    std::set<std::string> markers;
    if (!family.looked) return markers;
    const auto head = chain_key(place_of(family.tool.ip_version()), "");
    const auto value = '[' + std::string(table) + ']';
    for (const auto& [key, what] : *family.looked) {
        if (!key.starts_with(head) || what != value) continue;
        const auto chain = key.substr(head.size());
        if (read_chain_name(chain, prefix_).kind == ChainName::Kind::marker) markers.insert(chain);
    }
    return markers;
}

}  // namespace nflogd::rules
