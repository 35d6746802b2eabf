// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Rules of the operator's own that log to nfnetlink_log groups, and what they
/// count. A rule counts its log records if a counter stands beside the log with
/// nothing between them that could keep a packet from one of the two; a further
/// counter with only a limit behind it tells what the limit suppressed, too.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "iptables_save.hpp"
#include "nft_items.hpp"

namespace nflogd::rules {

struct OperatorRule {
    std::string where;   ///< as nft or iptables call it, for messages
    std::string place;   ///< no other rule is or was called so, until it counts from 0
    std::string prefix;  ///< without the spaces at its end
    std::uint16_t group = 0;
    std::optional<std::uint64_t> passed;   ///< packets that it logged
    std::optional<std::uint64_t> matched;  ///< packets that its matches took
};

/// Of the whole ruleset of nf_tables, iptables-nft's rules included.
[[nodiscard]] std::vector<OperatorRule> operator_rules(const std::vector<NftItem>& items);

/// Of what iptables-legacy-save -c printed for one IP version.
[[nodiscard]] std::vector<OperatorRule> operator_rules(const std::vector<SavedTable>& tables,
                                                       int ip_version);

/// Those that iptables-legacy has in this kernel; none where it has no table.
using ListLegacy = std::function<Result<std::vector<OperatorRule>>()>;
Result<std::vector<OperatorRule>> legacy_log_rules();

}  // namespace nflogd::rules
