// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/prefix_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/suggest.hpp"
#include "core/text.hpp"

namespace nflogd {
namespace {

struct Placeholder {
    std::string_view name;
    std::optional<LabelText> what;
};
constexpr std::array kPlaceholders = {
    Placeholder{"action", LabelText::action}, Placeholder{"table", LabelText::table},
    Placeholder{"chain", LabelText::chain},   Placeholder{"ruleset", LabelText::ruleset},
    Placeholder{"rule", LabelText::rule_id},  Placeholder{"zone", LabelText::zone},
    Placeholder{"any", std::nullopt},
};

struct ActionWord {
    std::string_view word;
    std::string_view action;
};
/// In lower case; the letters are those of VyOS and EdgeOS.
constexpr std::array kActionWords = {
    ActionWord{"drop", "drop"},       ActionWord{"dropped", "drop"},
    ActionWord{"block", "drop"},      ActionWord{"blocked", "drop"},
    ActionWord{"deny", "drop"},       ActionWord{"denied", "drop"},
    ActionWord{"d", "drop"},          ActionWord{"reject", "reject"},
    ActionWord{"rejected", "reject"}, ActionWord{"r", "reject"},
    ActionWord{"accept", "accept"},   ActionWord{"accepted", "accept"},
    ActionWord{"allow", "accept"},    ActionWord{"allowed", "accept"},
    ActionWord{"permit", "accept"},   ActionWord{"pass", "accept"},
    ActionWord{"a", "accept"},        ActionWord{"log", "log"},
};

/// The last rule of a set has no number.
bool is_rule_number(std::string_view text) {
    return text == "default" ||
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool equal_but_for_case(std::string_view a, std::string_view lower) {
    return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == y;
    });
}

}  // namespace

std::string_view action_of_word(std::string_view word) {
    for (const ActionWord& row : kActionWords) {
        if (equal_but_for_case(word, row.word)) return row.action;
    }
    return {};
}

Result<PrefixPattern> PrefixPattern::parse(std::string_view text) {
    PrefixPattern pattern;
    const std::string_view whole = text;
    bool any_text = false;
    while (!text.empty()) {
        Part part;
        if (text[0] == '{') {
            const std::size_t end = text.find('}');
            if (end == std::string_view::npos) return Error{"'{' without its '}'", EX_CONFIG};
            const std::string_view name = text.substr(1, end - 1);
            const auto* const row =
                std::find_if(kPlaceholders.begin(), kPlaceholders.end(),
                             [&](const Placeholder& one) { return one.name == name; });
            if (row == kPlaceholders.end()) {
                std::vector<std::string_view> known;
                for (const Placeholder& one : kPlaceholders) known.push_back(one.name);
                return Error{unknown_of_few("placeholder", name, known), EX_CONFIG};
            }
            part.captures = true;
            part.what = row->what;
            text.remove_prefix(end + 1);
        }
        const std::size_t end = std::min(text.find('{'), text.size());
        part.text = text.substr(0, end);
        text.remove_prefix(end);
        if (part.text.find('}') != std::string::npos)
            return Error{"'}' without its '{'", EX_CONFIG};
        if (part.text.empty() && !text.empty()) {
            return Error{"two placeholders without a text between them", EX_CONFIG};
        }
        any_text = any_text || !part.text.empty();
        pattern.parts_.push_back(std::move(part));
    }
    if (!any_text)
        return Error{quote(whole) + " holds no text, so it would fit everything", EX_CONFIG};
    return pattern;
}

std::optional<RuleLabel> PrefixPattern::match(std::string_view prefix) const {
    RuleLabel label;
    if (!match_from(0, prefix, label)) return std::nullopt;
    return label;
}

/// A prefix has at most 127 bytes and a pattern few parts, so trying is cheap.
bool PrefixPattern::match_from(std::size_t number, std::string_view rest, RuleLabel& label) const {
    if (number == parts_.size()) return number > 0 && rest.empty();
    const Part& part = parts_[number];
    if (!part.captures) {
        return rest.starts_with(part.text) &&
               match_from(number + 1, rest.substr(part.text.size()), label);
    }
    for (std::size_t length = 1; length <= rest.size(); ++length) {
        if (!rest.substr(length).starts_with(part.text)) continue;
        std::string_view captured = rest.substr(0, length);
        if (part.what == LabelText::action) {
            captured = action_of_word(captured);
            if (captured.empty()) continue;
        }
        if (part.what == LabelText::rule_id && !is_rule_number(captured)) continue;
        if (!match_from(number + 1, rest.substr(length + part.text.size()), label)) continue;
        if (part.what) label[*part.what] = captured;
        return true;
    }
    return false;
}

std::optional<RuleLabel> decode_prefix(std::string_view prefix,
                                       const std::vector<PrefixRule>& rules) {
    for (const PrefixRule& rule : rules) {
        auto label = rule.pattern.match(prefix);
        if (!label) continue;
        const auto say = [&](LabelText what, std::string_view text) {
            if (!text.empty()) (*label)[what] = text;
        };
        say(LabelText::action, rule.action);
        say(LabelText::chain, rule.chain);
        say(LabelText::zone, rule.zone);
        say(LabelText::ruleset, rule.ruleset);
        return label;
    }
    return std::nullopt;
}

}  // namespace nflogd
