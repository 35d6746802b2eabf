// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a log prefix says, by a pattern of it: text in which {action}, {chain}, {table},
/// {ruleset}, {rule}, {zone} stand for what they name, and {any} for anything.
/// docs/configuration.md has the rules for operators. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "core/result.hpp"

namespace nflogd {

/// The action that a word of a prefix means: DROP, blocked, A, …; empty if it means none.
[[nodiscard]] std::string_view action_of_word(std::string_view word);

class PrefixPattern {
public:
    /// Fits nothing.
    PrefixPattern() = default;
    /// Errors (EX_CONFIG): a brace without its other, an unknown name, two placeholders
    /// without a text between them, a pattern without any text.
    static Result<PrefixPattern> parse(std::string_view text);

    /// What the whole of `prefix` says, as views of it; nothing if the pattern is not
    /// that of the prefix. Allocates nothing.
    [[nodiscard]] std::optional<RuleLabel> match(std::string_view prefix) const;

private:
    /// A placeholder and the text behind it. The first part may have no placeholder.
    struct Part {
        bool captures = false;
        std::optional<LabelText> what;  ///< nothing: {any}
        std::string text;
    };

    bool match_from(std::size_t part, std::string_view rest, RuleLabel& label) const;

    std::vector<Part> parts_;
};

/// A row of `prefixes` in the configuration, or of the conventions that are known.
struct PrefixRule {
    PrefixPattern pattern;
    /// What it says beside; an empty text: nothing.
    std::string action;
    std::string chain;
    std::string zone;
    std::string ruleset;
};

/// What the first of the rules whose pattern fits says of a prefix.
[[nodiscard]] std::optional<RuleLabel> decode_prefix(std::string_view prefix,
                                                     const std::vector<PrefixRule>& rules);

}  // namespace nflogd
