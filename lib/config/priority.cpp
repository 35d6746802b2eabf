// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/priority.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace nflogd::config {
namespace {

void add_group(SourceDraft& source, std::uint16_t group, const Location& where) {
    auto& at = source.groups_at;
    at.resize(source.options.groups.size(), source.options.where);
    source.options.groups.push_back(group);
    at.push_back(where);
}

bool wants_group(const RuleDraft& draft) { return draft.rule.high_priority && !draft.group_at; }

std::optional<std::uint16_t> named_group(const std::vector<SourceDraft>& sources) {
    for (const SourceDraft& source : sources) {
        if (source.priority_group) return source.priority_group;
    }
    return std::nullopt;
}

constexpr std::size_t kGroups = 65536;

/// Behind the first group, and back to 0 at the end.
std::optional<std::uint16_t> free_group(const Draft& draft) {
    std::set<std::uint16_t> used;
    for (const SourceDraft& source : draft.sources) {
        used.insert(source.options.groups.begin(), source.options.groups.end());
    }
    for (const RuleDraft& rule : draft.rules) {
        if (rule.group_at) used.insert(rule.rule.group);
    }
    if (used.size() == kGroups) return std::nullopt;
    std::uint16_t group = draft.sources.front().options.groups.front();
    while (used.contains(group)) ++group;
    return group;
}

void report(const RuleDraft& high, const RuleDraft& normal, std::vector<Problem>& problems) {
    const std::uint16_t group = high.rule.group;
    if (high.group_at) {
        problems.push_back(
            {*high.group_at,
             fmt::format("group {} is used by a rule of normal priority, too (at {}); one of high "
                         "priority needs a group where it is not in the way",
                         group, to_string(normal.rule.where))});
    } else {
        problems.push_back({*normal.group_at,
                            fmt::format("group {} is for rules of high priority (the first is at "
                                        "{})",
                                        group, to_string(high.rule.where))});
    }
}

}  // namespace

void add_priority_groups(std::vector<SourceDraft>& sources) {
    for (SourceDraft& source : sources) {
        if (source.priority_group) {
            add_group(source, *source.priority_group, source.priority_group_at);
        }
    }
}

void place_high_priority(Draft& draft, std::vector<Problem>& problems) {
    const auto first = std::find_if(draft.rules.begin(), draft.rules.end(), wants_group);
    if (first == draft.rules.end()) return;
    auto group = named_group(draft.sources);
    if (!group) {
        group = free_group(draft);
        if (!group) {
            problems.push_back({first->rule.where, "no group is left for rules of high priority"});
            return;
        }
        add_group(draft.sources.front(), *group, draft.sources.front().options.where);
    }
    for (RuleDraft& rule : draft.rules) {
        if (wants_group(rule)) rule.rule.group = *group;
    }
}

void check_high_priority(const Draft& draft, std::vector<Problem>& problems) {
    for (const RuleDraft& high : draft.rules) {
        if (!high.rule.high_priority) continue;
        const auto other =
            std::find_if(draft.rules.begin(), draft.rules.end(), [&](const RuleDraft& rule) {
                return !rule.rule.high_priority && rule.rule.group == high.rule.group;
            });
        if (other != draft.rules.end()) report(high, *other, problems);
    }
}

}  // namespace nflogd::config
