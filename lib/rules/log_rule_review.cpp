// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_rule_review.hpp"

#include <algorithm>
#include <charconv>

#include "family.hpp"
#include "iptables_tool.hpp"
#include "nft.hpp"
#include "operator_rules.hpp"
#include "rule_text.hpp"

namespace nflogd::rules {
namespace {

using Expressions = std::vector<NftExpression>;

/// IPv6 and TCP, without options or extensions.
constexpr std::uint32_t kHeaders = 60;
/// Below it the cost of a datagram is more than that of its records.
constexpr std::uint32_t kFewRecords = 16;

std::optional<std::uint32_t> if_below(std::uint32_t bound, std::optional<std::uint32_t> value) {
    return value && *value < bound ? value : std::nullopt;
}

/// 0 leaves the group's own.
std::optional<std::uint32_t> if_low(std::optional<std::uint32_t> threshold) {
    return threshold == 0U ? std::nullopt : if_below(kFewRecords, threshold);
}

bool is_limit(const NftExpression& expression) { return expression.name == "limit"; }

/// iptables puts one counter into each rule, and has no place for another.
bool is_of_iptables(const NftItem& item) {
    if (item.family != NFPROTO_IPV4 && item.family != NFPROTO_IPV6) return false;
    constexpr std::string_view kTables[] = {"filter", "nat", "mangle", "raw", "security"};
    const bool table =
        std::find(std::begin(kTables), std::end(kTables), item.table) != std::end(kTables);
    const auto& all = item.expressions;
    return table && !all.empty() && std::any_of(all.begin(), all.end(), [](const auto& one) {
               return one.name == "counter" && one.object.empty();
           });
}

bool has_counter_before_limit(const Expressions& all, std::size_t log) {
    std::size_t limit = log;
    while (limit-- > 0 && !is_limit(all[limit])) {
    }
    return std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(limit),
                       [](const auto& expression) { return expression.name == "counter"; });
}

bool has_limit(const Expressions& all, std::size_t from, std::size_t to) {
    return std::any_of(all.begin() + static_cast<std::ptrdiff_t>(from),
                       all.begin() + static_cast<std::ptrdiff_t>(to),
                       [](const auto& one) { return is_limit(one) && !one.over; });
}

/// What is wrong with it, without the commands.
LogRuleReview judge(const NftItem& item, std::size_t log) {
    const Expressions& all = item.expressions;
    LogRuleReview rule;
    rule.group = *all[log].group;
    rule.small_snaplen = if_below(kHeaders, all[log].snaplen);
    rule.low_queue_threshold = if_low(all[log].queue_threshold);
    if (is_of_iptables(item)) return rule;
    rule.limit_uncounted = has_limit(all, 0, log) && !has_counter_before_limit(all, log);
    rule.limit_behind_log = !has_limit(all, 0, log) && has_limit(all, log, all.size());
    return rule;
}

bool is_good(const LogRuleReview& rule) {
    return rule.counted && !rule.limit_uncounted && !rule.limit_behind_log && !rule.small_snaplen &&
           !rule.low_queue_threshold;
}

/// Its words as they should be; `log` is where the log stands.
RuleWords repaired(const LogRuleReview& rule, RuleWords words, std::size_t log) {
    if (rule.small_snaplen) words = without_option(std::move(words), log, "snaplen");
    if (rule.low_queue_threshold) words = without_option(std::move(words), log, "queue-threshold");
    if (rule.limit_uncounted) return with_counted_limit(words, log).value_or(words);
    if (rule.limit_behind_log) return with_limit_first(words, log).value_or(words);
    return rule.counted ? words : with_counter(std::move(words), log);
}

/// `number`: which log of the rule it is.
void add_repair(LogRuleReview& rule, const std::string& chain, const std::string& handle,
                const std::string& listing, std::size_t number) {
    const auto words = find_rule(listing, handle);
    const auto log = words ? find_log(*words, number) : std::nullopt;
    if (log) rule.repair = replace_command(chain, handle, repaired(rule, *words, *log));
}

/// In the order of the table's rules, as operator_rules() has them.
void review_rule(const NftItem& item, const ListChain& list,
                 std::vector<OperatorRule>::const_iterator& counts, FirewallReview& all) {
    const std::string chain = family_name(item.family) + ' ' + item.table + ' ' + item.chain;
    std::size_t number = 0;
    for (std::size_t i = 0; i < item.expressions.size(); ++i) {
        if (item.expressions[i].name != "log") continue;
        if (!item.expressions[i].group) {
            all.plain_log = true;
            ++number;
            continue;
        }
        LogRuleReview rule = judge(item, i);
        rule.where = counts->where;
        rule.counted = counts->passed.has_value();
        ++counts;
        if (!is_good(rule))
            add_repair(rule, chain, std::to_string(item.handle), list(chain), number);
        ++number;
        all.rules.push_back(std::move(rule));
    }
}

bool is_own(const NftItem& item, const std::string& own_table) {
    if (item.family == NFPROTO_INET && item.table == own_table) return true;
    return item.chain.starts_with(own_table + '-');  // through iptables-nft
}

std::optional<std::uint32_t> number_of(const SavedRule& saved, std::string_view option) {
    const std::string text = option_of(saved.rest, option);
    std::uint32_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    return wrong == std::errc() ? std::optional(number) : std::nullopt;
}

/// As libnftables has it; empty for a chain that has gone.
std::string list_chain(const std::string& chain) {
    auto nft = open_nft_with_handles();
    if (!nft) return {};
    const NftReply reply = (*nft)->run("list chain " + chain + '\n');
    return reply.ok ? reply.output : std::string();
}

}  // namespace

FirewallReview review(const std::vector<NftItem>& items, const ListChain& list,
                      const std::string& own_table) {
    std::vector<NftItem> others;
    std::copy_if(items.begin(), items.end(), std::back_inserter(others),
                 [&](const NftItem& item) { return !is_own(item, own_table); });
    const auto counts = operator_rules(others);
    auto next = counts.begin();
    FirewallReview all;
    for (const auto& item : others) review_rule(item, list, next, all);
    return all;
}

FirewallReview review(const std::vector<SavedTable>& tables, int ip_version,
                      const std::string& own_head) {
    FirewallReview all;
    for (const auto& table : tables)
        for (const auto& saved : table.rules) {
            if (saved.target == "LOG") all.plain_log = true;
            if (saved.target != "NFLOG" || saved.chain.starts_with(own_head + '-')) continue;
            LogRuleReview rule;
            rule.group = static_cast<std::uint16_t>(number_of(saved, "--nflog-group").value_or(0));
            rule.where = (ip_version == 6 ? "ip6tables-legacy -t " : "iptables-legacy -t ") +
                         table.name + " -A " + saved.chain + ' ' + saved.rest;
            rule.small_snaplen = if_below(kHeaders, number_of(saved, "--nflog-size"));
            rule.low_queue_threshold = if_low(number_of(saved, "--nflog-threshold"));
            all.rules.push_back(std::move(rule));
        }
    return all;
}

Result<FirewallReview> review_firewall(const std::string& own_table) {
    const auto items = list_nft_items({});
    if (!items) return items.error();
    FirewallReview all = review(*items, list_chain, own_table);
    for (const int version : {4, 6}) {
        if (!has_legacy_tables(version)) continue;
        const auto saved =
            IptablesTool(run_program, version, IptablesFlavour::legacy).save("", Counters::yes);
        if (!saved) return saved.error();
        FirewallReview legacy = review(*saved, version, own_table);
        all.plain_log = all.plain_log || legacy.plain_log;
        for (auto& rule : legacy.rules) all.rules.push_back(std::move(rule));
    }
    return all;
}

}  // namespace nflogd::rules
