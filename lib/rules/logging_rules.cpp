// SPDX-License-Identifier: GPL-2.0-or-later
#include "logging_rules.hpp"

#include <linux/netfilter.h>

#include <algorithm>
#include <charconv>

#include "family.hpp"
#include "iptables_tool.hpp"

namespace nflogd::rules {
namespace {

using Expressions = std::vector<NftExpression>;

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// Goes on behind the expression whatever the packet is.
bool passes_on(const NftExpression& expression) {
    return expression.name == "counter" || expression.name == "log" ||
           expression.name == "notrack" || expression.sets;
}

/// The first verdict from `from` on that every packet reaches.
std::string verdict_behind(const Expressions& all, std::size_t from) {
    for (std::size_t i = from; i < all.size(); ++i) {
        if (!all[i].verdict.empty()) return all[i].verdict;
        if (!passes_on(all[i])) return {};
    }
    return {};
}

/// What decides whether a packet gets to the verdict or the log of a rule.
std::vector<std::string> matches_of(const Expressions& all) {
    std::vector<std::string> matches;
    for (const NftExpression& expression : all) {
        const bool last = !expression.verdict.empty();
        if (last) break;
        const bool matches_nothing =
            passes_on(expression) || expression.name == "limit" || !expression.comment.empty();
        if (!matches_nothing) matches.push_back(expression.name + expression.bytes);
    }
    return matches;
}

/// A log that cannot be left out by a packet that the rule's matches took: a set
/// register may be compared later, so such a rule is like no other.
bool is_comparable(const Expressions& all) {
    return std::none_of(all.begin(), all.end(),
                        [](const NftExpression& expression) { return expression.sets; });
}

const NftItem* next_rule(const std::vector<NftItem>& items, std::size_t index) {
    const NftItem& item = items[index];
    const NftItem* next = index + 1 < items.size() ? &items[index + 1] : nullptr;
    const bool same = next != nullptr && next->kind == NftItem::Kind::rule &&
                      next->family == item.family && next->table == item.table &&
                      next->chain == item.chain;
    return same ? next : nullptr;
}

std::string action_of(const std::vector<NftItem>& items, std::size_t index, std::size_t log) {
    const Expressions& all = items[index].expressions;
    const auto verdict = std::find_if(all.begin(), all.end(), [](const NftExpression& expression) {
        return !expression.verdict.empty();
    });
    if (verdict != all.end()) return verdict_behind(all, log + 1);
    const NftItem* next = next_rule(items, index);
    if (next == nullptr || !is_comparable(all) || !is_comparable(next->expressions)) return {};
    const auto behind =
        std::find_if(next->expressions.begin(), next->expressions.end(),
                     [](const NftExpression& expression) { return !expression.verdict.empty(); });
    const bool limited =
        std::any_of(next->expressions.begin(), next->expressions.end(),
                    [](const NftExpression& expression) { return expression.name == "limit"; });
    if (behind == next->expressions.end() || limited) return {};
    return matches_of(all) == matches_of(next->expressions) ? behind->verdict : std::string();
}

std::string comment_of(const NftItem& item) {
    if (!item.comment.empty()) return item.comment;
    for (const NftExpression& expression : item.expressions) {
        if (!expression.comment.empty()) return expression.comment;
    }
    return {};
}

/// What the records know as an action; another verdict is none of them.
std::string known_action(std::string verdict) {
    const bool known = verdict == "accept" || verdict == "drop" || verdict == "reject";
    return known ? verdict : std::string();
}

/// "-i eth0 -p tcp -j NFLOG …": what stands before the target.
std::string matches_of(const SavedRule& saved) {
    std::string rest = saved.rest;
    const std::size_t jump = rest.find("-j ");
    return trimmed(rest.substr(0, jump == std::string::npos ? rest.size() : jump));
}

std::string legacy_action(const std::vector<SavedRule>& rules, std::size_t index) {
    const std::size_t next = index + 1;
    if (next >= rules.size() || rules[next].chain != rules[index].chain) return {};
    if (matches_of(rules[next]) != matches_of(rules[index])) return {};
    if (rules[next].target == "DROP") return "drop";
    if (rules[next].target == "ACCEPT") return "accept";
    return rules[next].target == "REJECT" ? "reject" : "";
}

}  // namespace

std::string place_of(const LoggingRule& rule) {
    return rule.table + ' ' + rule.chain + (rule.handle.empty() ? "" : " handle " + rule.handle);
}

std::vector<LoggingRule> logging_rules(const std::vector<NftItem>& items) {
    std::vector<NftItem> rules_only;
    std::copy_if(items.begin(), items.end(), std::back_inserter(rules_only),
                 [](const NftItem& item) { return item.kind == NftItem::Kind::rule; });
    std::vector<LoggingRule> rules;
    for (std::size_t index = 0; index < rules_only.size(); ++index) {
        const NftItem& item = rules_only[index];
        for (std::size_t log = 0; log < item.expressions.size(); ++log) {
            const NftExpression& expression = item.expressions[log];
            if (expression.name != "log" || !expression.group) continue;
            rules.push_back({*expression.group, trimmed(expression.prefix),
                             family_name(item.family) + ' ' + item.table, item.chain,
                             std::to_string(item.handle), comment_of(item),
                             known_action(action_of(rules_only, index, log))});
        }
    }
    return rules;
}

std::vector<LoggingRule> logging_rules(const std::vector<SavedTable>& tables, int ip_version) {
    std::vector<LoggingRule> rules;
    for (const SavedTable& table : tables) {
        for (std::size_t i = 0; i < table.rules.size(); ++i) {
            const SavedRule& saved = table.rules[i];
            if (saved.target != "NFLOG") continue;
            LoggingRule rule;
            const std::string group = option_of(saved.rest, "--nflog-group");
            std::from_chars(group.data(), group.data() + group.size(), rule.group);
            rule.prefix = trimmed(option_of(saved.rest, "--nflog-prefix"));
            rule.table = (ip_version == 6 ? "ip6 " : "ip ") + table.name;
            rule.chain = saved.chain;
            rule.comment = option_of(saved.rest, "--comment");
            rule.action = legacy_action(table.rules, i);
            rules.push_back(std::move(rule));
        }
    }
    return rules;
}

Result<std::vector<LoggingRule>> list_logging_rules() {
    NftQuery query;
    query.keep = [](const NftItem& item) { return item.kind == NftItem::Kind::rule; };
    const auto items = list_nft_items(query);
    if (!items) return items.error();
    auto rules = logging_rules(*items);
    for (const int version : {4, 6}) {
        if (!has_legacy_tables(version)) continue;
        const auto saved =
            IptablesTool(run_program, version, IptablesFlavour::legacy).save("", Counters::yes);
        if (!saved) return saved.error();
        for (auto& rule : logging_rules(*saved, version)) rules.push_back(std::move(rule));
    }
    return rules;
}

}  // namespace nflogd::rules
