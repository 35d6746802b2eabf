// SPDX-License-Identifier: GPL-2.0-or-later
#include "listing.hpp"

#include <algorithm>

namespace nflogd::rules {

void Listing::add(std::string_view line, int rule) {
    text_ += line;
    text_ += '\n';
    const auto lines = std::count(line.begin(), line.end(), '\n') + 1;
    rule_of_line_.insert(rule_of_line_.end(), static_cast<std::size_t>(lines), rule);
}

void Listing::append(const Listing& other) {
    text_ += other.text_;
    rule_of_line_.insert(rule_of_line_.end(), other.rule_of_line_.begin(),
                         other.rule_of_line_.end());
}

int Listing::rule_of(int line) const {
    const auto index = static_cast<std::size_t>(line) - 1;
    return line >= 1 && index < rule_of_line_.size() ? rule_of_line_[index] : kNoRule;
}

Error rule_error(const LogRule& rule, std::string_view what) {
    std::string message = to_string(rule.where) + ": rule '" + rule.name + "': ";
    message += what;
    return {std::move(message), EX_CONFIG};
}

Error to_error(const Refusal& refusal, const RulesOptions& options) {
    const auto index = static_cast<std::size_t>(refusal.rule);
    if (refusal.rule < 0 || index >= options.log.size()) return {refusal.words, refusal.exit_code};
    return rule_error(options.log[index], refusal.words);
}

}  // namespace nflogd::rules
