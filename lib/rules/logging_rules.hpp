// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the rules that log to nfnetlink_log groups do with the packets that they log,
/// as the kernel has them now. Only what is certain is said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "iptables_save.hpp"
#include "nft_items.hpp"

namespace nflogd::rules {

struct LoggingRule {
    std::uint16_t group = 0;
    std::string prefix;  ///< without the spaces at its end
    std::string table;   ///< "inet filter"
    std::string chain;
    std::string handle;   ///< empty where rules have none (iptables-legacy)
    std::string comment;  ///< may be empty
    /// accept, drop or reject: the verdict behind the log in the same rule, or that of
    /// the next rule if its matches are the same. Empty: another one, or none.
    std::string action;
};

/// "inet filter input handle 7", for messages.
[[nodiscard]] std::string place_of(const LoggingRule& rule);

/// Of the whole ruleset of nf_tables, iptables-nft's rules included.
[[nodiscard]] std::vector<LoggingRule> logging_rules(const std::vector<NftItem>& items);

/// Of what iptables-legacy-save printed for one IP version.
[[nodiscard]] std::vector<LoggingRule> logging_rules(const std::vector<SavedTable>& tables,
                                                     int ip_version);

/// All that are in the kernel now, iptables-legacy's where it has a table.
Result<std::vector<LoggingRule>> list_logging_rules();

}  // namespace nflogd::rules
