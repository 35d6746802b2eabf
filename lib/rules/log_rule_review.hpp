// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// How well the operator's own log rules are made: whether their packets can be
/// counted, and whether their settings are of use. With the command that makes a rule better.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "iptables_save.hpp"
#include "nft_items.hpp"

namespace nflogd::rules {

struct LogRuleReview {
    std::uint16_t group = 0;
    std::string where;  ///< as nft or iptables call it
    bool counted = true;
    bool limit_uncounted = false;   ///< a limit before the log, no counter before that
    bool limit_behind_log = false;  ///< a limit that lets pass what is below it, too late
    /// Bytes, where they are too few for the headers of IPv6 and TCP.
    std::optional<std::uint32_t> small_snaplen;
    /// Records, where so few in a datagram cost much more than usual.
    std::optional<std::uint32_t> low_queue_threshold;
    /// A line for a shell that makes all of these go at once; empty: none is known.
    std::string repair;
};

struct FirewallReview {
    std::vector<LogRuleReview> rules;
    bool plain_log = false;  ///< a rule logs to the kernel's own log
};

/// What nft prints of a chain, called "inet filter input", with handles; empty if it
/// cannot. Asked only where a command is needed.
using ListChain = std::function<std::string(const std::string& chain)>;

/// All of nf_tables but the table of the daemon's own, called `own_table`.
[[nodiscard]] FirewallReview review(const std::vector<NftItem>& items, const ListChain& list,
                                    const std::string& own_table);

/// Of what iptables-legacy-save printed for one IP version. Chains of the daemon's own
/// begin with `own_head`.
[[nodiscard]] FirewallReview review(const std::vector<SavedTable>& tables, int ip_version,
                                    const std::string& own_head);

/// The live ruleset. Needs CAP_NET_ADMIN; changes nothing.
Result<FirewallReview> review_firewall(const std::string& own_table);

}  // namespace nflogd::rules
