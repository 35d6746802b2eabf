// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A rule's matches in iptables(8)'s language, which knows no lists: one value
/// is an option, several are a chain of alternatives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "match.hpp"

namespace nflogd::rules {

struct Selection {
    std::string entry;  ///< what has one value only; empty: nothing
    /// Each step is passed by one of its alternatives at least.
    std::vector<std::vector<std::string>> alternatives;
};

[[nodiscard]] std::optional<Branch> branch_for(const LogRule& rule, int ip_version);
[[nodiscard]] Selection iptables_selection(const LogRule& rule, const Branch& branch);

}  // namespace nflogd::rules
