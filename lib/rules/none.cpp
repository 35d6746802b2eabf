// SPDX-License-Identifier: GPL-2.0-or-later
#include "none.hpp"

#include <linux/netfilter.h>

#include <algorithm>
#include <map>

namespace nflogd::rules {
namespace {

/// Names in the totals: what logs with one prefix to one group is one rule.
std::string key_of(std::uint16_t group, const std::string& prefix) {
    return std::to_string(group) + ' ' + prefix;
}

std::uint16_t group_of(const std::string& key) {
    return static_cast<std::uint16_t>(std::stoul(key));
}

/// Keeps what can log, and what counts for it.
bool may_count(const NftItem& item) {
    if (item.kind != NftItem::Kind::rule) return true;
    return std::any_of(item.expressions.begin(), item.expressions.end(),
                       [](const NftExpression& expression) {
                           return expression.group.has_value() || !expression.object.empty();
                       });
}

bool counts(const OperatorRule& rule) { return rule.passed && rule.matched; }

std::vector<Reading> readings_of(const std::vector<OperatorRule>& rules) {
    std::vector<Reading> readings;
    for (const auto& rule : rules)
        if (counts(rule))
            readings.push_back(
                {key_of(rule.group, rule.prefix), rule.place, *rule.matched, *rule.passed});
    return readings;
}

/// Prefixes and groups with a rule that counts nothing: their sums are not known.
std::set<std::string> unknown_keys(const std::vector<OperatorRule>& rules) {
    std::set<std::string> keys;
    for (const auto& rule : rules)
        if (!counts(rule)) keys.insert(key_of(rule.group, rule.prefix));
    return keys;
}

std::vector<GroupCount> sum_by_group(const std::vector<RuleCount>& totals,
                                     const std::set<std::string>& unknown) {
    std::map<std::uint16_t, GroupCount> groups;
    for (const auto& total : totals) {
        auto& group = groups[group_of(total.name)];
        group.passed = group.passed.value_or(0) + total.passed;
    }
    for (const auto& key : unknown) groups[group_of(key)].passed.reset();
    std::vector<GroupCount> list;
    for (auto& [number, group] : groups) list.push_back({number, group.passed});
    return list;
}

}  // namespace

Result<std::vector<OperatorRule>> NoneRuleset::find() const {
    const auto items = list_({.family = NFPROTO_UNSPEC, .keep = may_count});
    if (!items) return items.error();
    auto rules = operator_rules(*items);
    auto legacy = list_legacy_();
    if (!legacy) return legacy.error();
    std::move(legacy->begin(), legacy->end(), std::back_inserter(rules));
    std::erase_if(rules, [&](const OperatorRule& rule) {
        const auto& ours = options_.groups;
        return std::find(ours.begin(), ours.end(), rule.group) == ours.end();
    });
    return rules;
}

Status NoneRuleset::install(const RulesOptions& options) {
    options_ = options;
    if (std::exchange(started_, true)) return {};
    const auto rules = find();
    if (rules)
        totals_.start(readings_of(*rules));
    else
        warnings_.push_back("the firewall's own log rules cannot be counted: " +
                            rules.error().message);
    return {};
}

Result<std::vector<RuleCount>> NoneRuleset::count() {
    const auto rules = find();
    if (!rules) return rules.error();
    const auto totals = totals_.take(readings_of(*rules));
    const auto unknown = unknown_keys(*rules);
    groups_ = sum_by_group(totals_.told(), unknown);
    std::vector<RuleCount> named;
    for (const auto& rule : options_.log) {
        const auto key = key_of(rule.group, rule.name);
        const auto total = std::find_if(totals.begin(), totals.end(),
                                        [&](const RuleCount& count) { return count.name == key; });
        if (total == totals.end() || unknown.contains(key)) continue;
        named.push_back({rule.name, total->matched, total->passed, total->restarted});
    }
    for (const auto& rule : *rules)
        if (!counts(rule)) warn(rule);
    return named;
}

void NoneRuleset::warn(const OperatorRule& rule) {
    if (!warned_.insert(key_of(rule.group, rule.prefix)).second) return;
    warnings_.push_back("rule '" + rule.where + "' logs to group " + std::to_string(rule.group) +
                        " without counting: put 'counter' directly before its 'log', or packets "
                        "that it loses may go unnoticed");
}

}  // namespace nflogd::rules
