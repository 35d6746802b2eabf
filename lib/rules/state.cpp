// SPDX-License-Identifier: GPL-2.0-or-later
#include "state.hpp"

#include <algorithm>

#include "iptables_text.hpp"

namespace nflogd::rules {
namespace {

using Kind = NftItem::Kind;

constexpr std::string_view kCounter = "counter ";

std::string key_of(const NftItem& item) {
    switch (item.kind) {
        case Kind::table: return "table inet " + item.table;
        case Kind::chain: return "chain " + item.name;
        case Kind::rule: return "what is in chain " + item.chain;
        case Kind::object: return std::string(kCounter) + item.name;
    }
    return "";
}

/// Tables last: without its table nothing else need be told.
bool is_table(const std::string& key) { return key.starts_with("table "); }

std::string first_and_more(const std::vector<std::string>& changes) {
    if (changes.empty()) return "";
    const auto table = std::find_if(changes.begin(), changes.end(), is_table);
    if (table != changes.end()) return *table;
    const auto more = changes.size() - 1;
    return changes.front() + (more == 0 ? "" : ", and " + std::to_string(more) + " more");
}

}  // namespace

std::string difference(const State& then, const State& now) {
    std::vector<std::string> changes;
    for (const auto& [key, value] : then) {
        const auto found = now.find(key);
        if (found == now.end())
            changes.push_back(key + " is gone");
        else if (found->second != value)
            changes.push_back(key + " was changed");
    }
    for (const auto& [key, value] : now)
        if (!then.contains(key)) changes.push_back(key + " was added");
    return first_and_more(changes);
}

State nft_state(const std::vector<NftItem>& items) {
    State state;
    for (const auto& item : items)
        state[key_of(item)] += std::to_string(item.handle) + ' ' + item.detail + ';';
    return state;
}

State nft_shape(const std::vector<NftItem>& items) {
    State shape;
    for (const auto& item : items) shape[key_of(item)] += item.detail + ';';
    return shape;
}

bool keeps_counters(const State& then, const State& now) {
    return std::all_of(then.begin(), then.end(), [&](const auto& entry) {
        if (!entry.first.starts_with(kCounter)) return true;
        const auto found = now.find(entry.first);
        return found != now.end() && found->second == entry.second;
    });
}

std::string chain_key(const std::string& family, const std::string& chain) {
    return family + ": chain " + chain;
}

State iptables_state(const std::string& family, const std::vector<SavedTable>& tables,
                     const std::string& prefix) {
    State state;
    const auto ours = [&](const std::string& chain) {
        return read_chain_name(chain, prefix).kind != ChainName::Kind::foreign;
    };
    for (const auto& table : tables) {
        for (const auto& chain : table.chains)
            if (ours(chain)) state[chain_key(family, chain)] += '[' + table.name + ']';
        for (const auto& rule : table.rules) {
            if (ours(rule.chain))
                state[chain_key(family, rule.chain)] += rule.rest + '\n';
            else if (ours(rule.target))
                state[family + ": the jump from " + rule.chain + " to " + rule.target] +=
                    rule.rest + '\n';
        }
    }
    return state;
}

}  // namespace nflogd::rules
