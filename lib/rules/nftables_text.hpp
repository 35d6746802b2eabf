// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Log rules in nft(8)'s language. All of it lives in one inet table:
///
///   counter matched.NAME, passed.NAME   what the rule took, what its limit let through
///   chain log.NAME                      counts, limits, logs; gives no verdict
///   chain spread.NAME.0, .1 …           log instead, each to its group, a share of the flows
///   chain HOOK                          one jump for each branch of each rule
///
/// Both counters are there for every rule, so that a limit that comes or goes
/// with a new configuration leaves both sums right.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"
#include "listing.hpp"

namespace nflogd::rules {

/// Longest log prefix, without its NUL (NF_LOG_PREFIXLEN).
inline constexpr std::size_t kNftPrefixMax = 127;

/// Rule name → the NAME of its objects.
using ObjectNames = std::map<std::string, std::string>;

/// A name that nft can take is used as it is; any other rule is called by its
/// index. A rule keeps the name that it has in `previous`.
[[nodiscard]] ObjectNames object_names(const RulesOptions& options,
                                       const ObjectNames& previous = {});

/// The table. `owned`: it belongs to the netlink socket that makes it (Linux
/// 5.12), dies with it, and nobody else can change it.
[[nodiscard]] Listing nft_table(const RulesOptions& options, const ObjectNames& names, bool owned);

/// The same table made afresh: nothing of an older one stays.
[[nodiscard]] Listing nft_fresh_table(const RulesOptions& options, const ObjectNames& names,
                                      bool owned);

/// From the rules of `old` to those of `options` in one transaction; counters
/// of rules in both keep counting, those of rules that go stay to be read.
[[nodiscard]] Listing nft_replacement(const RulesOptions& old, const ObjectNames& old_names,
                                      const RulesOptions& options, const ObjectNames& names,
                                      bool owned);

/// Takes those away from the table `name`. Nothing if there are none.
[[nodiscard]] Listing nft_left_counters(const std::string& name, const ObjectNames& old_names,
                                        const ObjectNames& names);

[[nodiscard]] std::vector<Error> check_nft(const RulesOptions& options);
[[nodiscard]] std::string render_nft(const RulesOptions& options);

}  // namespace nflogd::rules
