// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Reads what iptables-save(8) prints, as far as our own chains need it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nflogd::rules {

struct SavedRule {
    std::string chain;
    std::string rest;    ///< all behind the chain's name; empty: a rule that only counts
    std::string target;  ///< of -j or -g, empty if neither
    std::uint64_t packets = 0;
};

struct SavedTable {
    std::string name;
    std::vector<std::string> chains;
    std::vector<SavedRule> rules;
};

/// Lines of no known form are passed over.
[[nodiscard]] std::vector<SavedTable> parse_iptables_save(std::string_view text);

/// The value of an option in a rule's text; empty if it has none.
[[nodiscard]] std::string option_of(std::string_view rest, std::string_view option);

}  // namespace nflogd::rules
