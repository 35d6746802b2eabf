// SPDX-License-Identifier: GPL-2.0-or-later
#include "enrich/rules.hpp"

#include <bit>
#include <functional>

namespace nflogd::enrich {
namespace {

std::size_t hash_of(std::string_view prefix, std::uint16_t group) {
    return std::hash<std::string_view>{}(prefix) ^ (std::size_t{group} * 0x9e3779b97f4a7c15U);
}

}  // namespace

RuleIndex::RuleIndex(std::vector<KnownRule> rules)
    : rules_(std::move(rules)), slots_(std::bit_ceil(rules_.size() * 2 + 2), kEmpty) {
    for (std::uint16_t i = 0; i < rules_.size(); ++i) {
        std::size_t slot = hash_of(rules_[i].prefix, rules_[i].group);
        while (slots_[slot & (slots_.size() - 1)] != kEmpty) ++slot;
        slots_[slot & (slots_.size() - 1)] = i;
    }
}

std::optional<std::uint16_t> RuleIndex::find(std::string_view prefix, std::uint16_t group) const {
    for (std::size_t slot = hash_of(prefix, group);; ++slot) {
        const std::uint16_t index = slots_[slot & (slots_.size() - 1)];
        if (index == kEmpty) return std::nullopt;
        const KnownRule& rule = rules_[index];
        if (rule.group == group && rule.prefix == prefix) return rule.label;
    }
}

void RuleIndex::apply(Record& record) const {
    if (!record.has(Field::prefix) || !record.has(Field::group)) return;
    const auto label = find(record.prefix_text(), record.group);
    if (!label) return;
    record.rule = *label;
    record.set(Field::rule);
    record.set(Field::action);
}

}  // namespace nflogd::enrich
