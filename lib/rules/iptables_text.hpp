// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Log rules as input of iptables-restore(8) --noflush. The chains, all of them
/// in `filter` (input, forward, output) or `mangle` (prerouting, postrouting):
///
///   TABLE.HOOK      jumped to from the first place of the built-in chain HOOK
///   TABLE.N         counts, limits and logs rule N; gives no verdict
///   TABLE.Na .. Nf  a list of alternatives before it: the first that fits goes
///                   (-g) to the next chain, so that no packet is counted twice
///   TABLE.new...    marks what iptables-nft made for us (iptables_traces.hpp)
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"
#include "listing.hpp"

namespace nflogd::rules {

/// Limits of iptables and its NFLOG and limit extensions.
inline constexpr std::size_t kIptablesPrefixMax = 63;
inline constexpr std::uint32_t kIptablesRateMax = 10000;  ///< a second; also of the burst
/// A chain has 28 characters at most, the longest is TABLE.newPOSTROUTING.
inline constexpr std::size_t kIptablesTableMax = 13;

inline constexpr std::array<std::string_view, 2> kIptablesTables = {"filter", "mangle"};

struct HookPlace {
    std::string_view table;
    std::string_view chain;
};
[[nodiscard]] HookPlace iptables_place(Hook hook);

/// What one of our chains is for, read from its name.
struct ChainName {
    enum class Kind { foreign, hook, rule, alternatives, marker };
    Kind kind = Kind::foreign;
    unsigned number = 0;  ///< of a rule
};
[[nodiscard]] ChainName read_chain_name(std::string_view chain, const std::string& table);

/// Rules in the kernel: rule i of `options` is number `first` + i.
struct Generation {
    RulesOptions options;
    unsigned first = 0;

    [[nodiscard]] unsigned end() const { return first + static_cast<unsigned>(options.log.size()); }
};

/// Whether to write the chain TABLE.N of a rule; those that are in the kernel
/// already keep their counters.
using WriteChain = std::function<bool(const std::string& chain)>;
inline bool every_chain(const std::string&) { return true; }
inline bool no_chain(const std::string&) { return false; }

/// The lines between "*TABLE" and "COMMIT" for one IP version; empty: no rule
/// is for it.
[[nodiscard]] Listing iptables_lines(const Generation& generation, int ip_version,
                                     std::string_view table, const WriteChain& write = every_chain);

/// Whether rule `rule` has lines for this IP version.
[[nodiscard]] bool matches_version(const LogRule& rule, int ip_version);

/// `lines` as a transaction on `table`.
void add_transaction(Listing& listing, std::string_view table, const Listing& lines);

[[nodiscard]] std::vector<Error> check_iptables(const RulesOptions& options);
[[nodiscard]] std::string render_iptables(const RulesOptions& options);

}  // namespace nflogd::rules
