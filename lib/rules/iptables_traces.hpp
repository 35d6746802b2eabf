// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// iptables-nft makes nftables' table and base chain where the first rule needs
/// them, and leaves them behind. So that they go with us, empty chains of ours
/// beside them mark what was made for us; the marks survive a killed run.
///
///   TABLE.new        the table
///   TABLE.newINPUT   its base chain INPUT
///
/// iptables-legacy has no such traces, but for a table that its kernel module
/// registers at the first use and that nothing can unregister again.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"

namespace nflogd::rules {

/// Chains in nftables' tables of one IP version, by table.
using NftChains = std::map<std::string, std::set<std::string>>;
[[nodiscard]] NftChains parse_nft_chains(const std::string& text);

/// The marker chains that installing `options` needs in `table`.
[[nodiscard]] std::set<std::string> needed_markers(const NftChains& present,
                                                   const RulesOptions& options, int ip_version,
                                                   std::string_view table);

/// The commands that take back what `markers` stand for, if it is empty.
/// `listing` is what `nft list table` says, the markers being gone from it.
[[nodiscard]] std::string trace_removal(const std::string& listing, int ip_version,
                                        std::string_view table,
                                        const std::vector<std::string>& markers,
                                        const std::string& prefix);

}  // namespace nflogd::rules
