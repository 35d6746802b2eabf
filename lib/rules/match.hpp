// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a rule selects, before any backend's language: which IP versions it can
/// match at all, and what no backend may be given. Names and matches were
/// checked by whoever read the configuration; they are checked again here,
/// because what is not quoted right would change the meaning of a firewall.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::rules {

/// A rule's matches on packets of one IP version. Empty lists match everything.
struct Branch {
    int ip_version = 0;  ///< 4, 6, or 0 where the rule does not care
    std::vector<std::string> source;
    std::vector<std::string> destination;
    std::vector<std::uint8_t> protocol;
};

inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolIcmpv6 = 58;
/// tcp udp sctp dccp udplite
inline constexpr std::array<std::uint8_t, 5> kProtocolsWithPorts = {6, 17, 132, 33, 136};

/// The IP versions that the rule can match, each with its own matches; they
/// exclude each other, so a packet takes one branch at most. Empty: no packet
/// can ever match.
[[nodiscard]] std::vector<Branch> branches(const LogRule& rule);

/// The interfaces to match; none where one of them is the wildcard for all.
[[nodiscard]] std::vector<std::string> interfaces(const std::vector<std::string>& names);

[[nodiscard]] bool has_ports(const LogRule& rule);

/// Can stand between quotes in both backends: no control byte, none of " \ $.
[[nodiscard]] bool is_quotable(std::string_view text);

/// [A-Za-z][A-Za-z0-9_-]*
[[nodiscard]] bool is_plain_name(std::string_view text);

/// Looks at one side of a rule; what is wrong with it, or nothing.
using Check = std::string (*)(const LogRule& rule);

/// Everything wrong with the options, for every backend and for this one; one
/// error for each rule at most. `table_max` is the longest table name in bytes.
[[nodiscard]] std::vector<Error> check_options(const RulesOptions& options,
                                               std::span<const Check> backend_checks,
                                               std::size_t table_max);

}  // namespace nflogd::rules
