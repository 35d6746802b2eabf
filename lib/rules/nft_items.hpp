// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What is in the kernel's nf_tables, as its netlink messages tell it: tables,
/// chains, rules and counters with their handles. libnftables does not give all
/// of this: its JSON (1.0.6) prints arbitrary memory for the flags of a table.
/// Every length is checked, the kernel's too. No state, any thread.
///
/// Source: include/uapi/linux/netfilter/nf_tables.h, nfnetlink.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/cursor.hpp"
#include "core/result.hpp"

struct nlmsghdr;

namespace nflogd::rules {

/// One expression of a rule, as far as anybody here wants to know it.
struct NftExpression {
    std::string name;                              ///< "log", "counter", "cmp" …
    std::optional<std::uint16_t> group;            ///< of a log to nfnetlink_log
    std::string prefix;                            ///< of a log
    std::optional<std::uint32_t> snaplen;          ///< of a log, if it says one
    std::optional<std::uint16_t> queue_threshold;  ///< likewise
    bool over = false;                             ///< a limit that takes what is over it
    std::optional<std::uint64_t> packets;          ///< of a counter of the rule's own
    std::string object;                            ///< the named counter that it stands for
    bool sets = false;                             ///< writes something, never ends a rule
    std::string verdict;                           ///< accept, drop, reject, or another's name
    std::string comment;                           ///< of iptables' match of that name
    std::string bytes;                             ///< its data, to be compared
};

struct NftItem {
    enum class Kind : std::uint8_t { table, chain, rule, object };
    Kind kind = Kind::table;
    std::uint8_t family = 0;  ///< NFPROTO_*
    std::string table;
    std::string chain;         ///< of a rule
    std::string name;          ///< of a chain or an object
    std::uint64_t handle = 0;  ///< never given twice in a table, nor tables' in a namespace
    std::string detail;        ///< table: flags; chain: hook, priority, policy
    std::vector<NftExpression> expressions;  ///< of a rule
    std::string comment;                     ///< likewise
    std::optional<std::uint64_t> packets;    ///< of an object that is a counter
};

struct NftQuery {
    std::uint8_t family = 0;  ///< 0: all
    std::string table{};      ///< empty: all
    bool only_counters = false;
    /// Which items to keep; all without it.
    std::function<bool(const NftItem&)> keep{};
};

/// All items that the query asks for, as they were at one moment; in the
/// kernel's order, which for the rules of a chain is that of their evaluation.
using ListNft = std::function<Result<std::vector<NftItem>>(const NftQuery&)>;
Result<std::vector<NftItem>> list_nft_items(const NftQuery& query);

/// The messages of one netlink datagram, until one that cannot be right.
void for_each_message(Bytes datagram, const std::function<void(const nlmsghdr&)>& take);

/// A message about a table, chain, rule or object; nothing for any other.
[[nodiscard]] std::optional<NftItem> read_nft_item(const nlmsghdr& message);

}  // namespace nflogd::rules
