// SPDX-License-Identifier: GPL-2.0-or-later
#include "operator_rules.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "family.hpp"

namespace nflogd::rules {
namespace {

using Kind = NftItem::Kind;
using Expressions = std::vector<NftExpression>;

using TableKey = std::pair<std::uint8_t, std::string>;

/// Named counters, tables' handles, and how many rules use a counter.
struct Objects {
    std::map<TableKey, std::uint64_t> tables;
    std::map<std::pair<TableKey, std::string>, std::uint64_t> packets;
    std::map<std::pair<TableKey, std::string>, int> users;
};

Objects objects_of(const std::vector<NftItem>& items) {
    Objects objects;
    for (const auto& item : items) {
        const TableKey table{item.family, item.table};
        if (item.kind == Kind::table) objects.tables[table] = item.handle;
        if (item.kind == Kind::object && item.packets)
            objects.packets[{table, item.name}] = *item.packets;
        for (const auto& expression : item.expressions)
            if (!expression.object.empty()) ++objects.users[{table, expression.object}];
    }
    return objects;
}

/// What a counter of the rule counts; nothing if other rules count with it.
std::optional<std::uint64_t> packets_of(const NftExpression& counter, const TableKey& table,
                                        const Objects& objects) {
    if (counter.object.empty()) return counter.packets;
    const auto users = objects.users.find({table, counter.object});
    const auto packets = objects.packets.find({table, counter.object});
    if (packets == objects.packets.end() || users->second != 1) return std::nullopt;
    return packets->second;
}

bool is_counter(const NftExpression& expression) { return expression.name == "counter"; }

/// Every packet that reaches it goes on behind it.
bool lets_all_through(const NftExpression& expression) {
    return is_counter(expression) || expression.name == "log" || expression.name == "notrack" ||
           expression.sets;
}

/// The counter that counts the very packets of the log at `log`.
const NftExpression* counter_beside(const Expressions& all, std::size_t log) {
    for (std::size_t i = log; i-- > 0 && lets_all_through(all[i]);)
        if (is_counter(all[i])) return &all[i];
    for (std::size_t i = log + 1; i < all.size() && lets_all_through(all[i]); ++i)
        if (is_counter(all[i])) return &all[i];
    return nullptr;
}

/// The counter before the limit that stands before the log, if any.
const NftExpression* counter_before_limit(const Expressions& all, std::size_t log) {
    bool limited = false;
    for (std::size_t i = log; i-- > 0;) {
        if (all[i].name == "limit")
            limited = true;
        else if (!lets_all_through(all[i]))
            return nullptr;
        else if (limited && is_counter(all[i]))
            return &all[i];
    }
    return nullptr;
}

std::string without_spaces_at_end(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

OperatorRule describe(const NftItem& item, std::size_t log, const Objects& objects) {
    const TableKey table{item.family, item.table};
    const auto& expression = item.expressions[log];
    OperatorRule rule;
    rule.where = family_name(item.family) + ' ' + item.table + ' ' + item.chain + " handle " +
                 std::to_string(item.handle);
    const auto handle = objects.tables.find(table);
    rule.place = "nft " + std::to_string(handle == objects.tables.end() ? 0 : handle->second) +
                 ' ' + std::to_string(item.handle) + ' ' + std::to_string(log);
    rule.prefix = without_spaces_at_end(expression.prefix);
    rule.group = *expression.group;
    if (const auto* beside = counter_beside(item.expressions, log))
        rule.passed = packets_of(*beside, table, objects);
    rule.matched = rule.passed;
    if (const auto* before = counter_before_limit(item.expressions, log))
        rule.matched = packets_of(*before, table, objects);
    return rule;
}

}  // namespace

std::vector<OperatorRule> operator_rules(const std::vector<NftItem>& items) {
    const auto objects = objects_of(items);
    std::vector<OperatorRule> rules;
    for (const auto& item : items)
        for (std::size_t i = 0; i < item.expressions.size(); ++i)
            if (item.expressions[i].name == "log" && item.expressions[i].group)
                rules.push_back(describe(item, i, objects));
    return rules;
}

}  // namespace nflogd::rules
