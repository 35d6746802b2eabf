// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Changes of a rule in nft's own words, and the commands that make them. Pure text.
///
/// A rule is a list of words; what stands in quotes is one word, quotes included.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nflogd::rules {

using RuleWords = std::vector<std::string>;

/// "tcp dport 22 log prefix "ssh: " group 1 # handle 7" without its handle.
[[nodiscard]] RuleWords rule_words(std::string_view line);

/// The rule with a handle in what nft listed of its chain; nothing if it is not there.
[[nodiscard]] std::optional<RuleWords> find_rule(std::string_view listing, std::string_view handle);

/// Where its n-th "log" stands.
[[nodiscard]] std::optional<std::size_t> find_log(const RuleWords& rule, std::size_t number);

/// `counter` directly before the log at `log`.
[[nodiscard]] RuleWords with_counter(RuleWords rule, std::size_t log);

/// `counter` before the last limit that stands before the log, and before the log.
/// Nothing if there is no such limit.
[[nodiscard]] std::optional<RuleWords> with_counted_limit(RuleWords rule, std::size_t log);

/// The first limit behind the log, and a counter before and behind it, before the log.
[[nodiscard]] std::optional<RuleWords> with_limit_first(RuleWords rule, std::size_t log);

/// Without "KEY VALUE" behind the log.
[[nodiscard]] RuleWords without_option(RuleWords rule, std::size_t log, std::string_view key);

/// A line for a shell that puts `rule` in the place of the one at "inet filter input",
/// with a handle. Empty if nft could not read it: words of iptables' own, or control
/// characters.
[[nodiscard]] std::string replace_command(std::string_view chain, std::string_view handle,
                                          const RuleWords& rule);

}  // namespace nflogd::rules
