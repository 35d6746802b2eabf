// SPDX-License-Identifier: GPL-2.0-or-later
//
// The list `prefixes`: what the operator's own log prefixes say.
#include "config/sections.hpp"
#include "config/text.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

struct PrefixDraft {
    std::optional<PrefixPattern> pattern;
    PrefixRule rule;
};

constexpr Choice<std::string_view> kActions[] = {
    {"log", "log"}, {"accept", "accept"}, {"drop", "drop"}, {"reject", "reject"}};

Result<std::string> parse_said(std::string_view text) {
    if (text.empty() || text.size() > Labels::kMaxText || !printable(text)) {
        return Error{"must be 1 to 127 bytes without control characters"};
    }
    return std::string(text);
}

Result<std::optional<PrefixPattern>> parse_pattern(std::string_view text) {
    auto pattern = PrefixPattern::parse(text);
    if (!pattern) return pattern.error();
    return std::optional(std::move(*pattern));
}

template <std::string PrefixRule::*Member>
void read_said(const TreeNode& node, PrefixDraft& draft, Reader& reader) {
    reader.value(node, draft.rule.*Member, parse_said);
}

constexpr Key<PrefixDraft> kPrefixKeys[] = {
    {.name = "pattern",
     .read = [](const TreeNode& node, PrefixDraft& draft,
                Reader& reader) { reader.value(node, draft.pattern, parse_pattern); },
     .required = true},
    {"action",
     [](const TreeNode& node, PrefixDraft& draft, Reader& reader) {
         std::string_view action = draft.rule.action;
         reader.choice<std::string_view>(node, action, "action", kActions);
         draft.rule.action = std::string(action);
     }},
    {"chain", read_said<&PrefixRule::chain>},
    {"zone", read_said<&PrefixRule::zone>},
    {"ruleset", read_said<&PrefixRule::ruleset>},
};

}  // namespace

void read_prefixes(const TreeNode& list, Draft& draft, Reader& reader) {
    reader.mappings(list, [&](const TreeNode& entry) {
        PrefixDraft prefix;
        reader.mapping<PrefixDraft>(entry, kPrefixKeys, prefix);
        if (!prefix.pattern) return;
        prefix.rule.pattern = std::move(*prefix.pattern);
        draft.config.prefixes.push_back(std::move(prefix.rule));
    });
}

void list_prefix_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<PrefixDraft>(kPrefixKeys, prefix, out);
}

}  // namespace nflogd::config
