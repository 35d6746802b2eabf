// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Generated text of a backend that still knows which rule each line is for, so
/// that a backend's complaint about a line reaches the operator as one about the
/// configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::rules {

inline constexpr int kNoRule = -1;

class Listing {
public:
    void add(std::string_view line, int rule = kNoRule);
    void append(const Listing& other);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    /// The rule's index for a line counted from 1; kNoRule if it is for none.
    [[nodiscard]] int rule_of(int line) const;

private:
    std::string text_;
    std::vector<int> rule_of_line_;
};

/// A backend's "no": its own words, and the rule that they are about.
struct Refusal {
    std::string words;
    int rule = kNoRule;
    int exit_code = EX_OSERR;
};

/// An error about one rule: "FILE:LINE:COL: rule 'x': WHAT", EX_CONFIG.
[[nodiscard]] Error rule_error(const LogRule& rule, std::string_view what);

/// As rule_error() where the refusal names one of the rules, else its words.
[[nodiscard]] Error to_error(const Refusal& refusal, const RulesOptions& options);

}  // namespace nflogd::rules
