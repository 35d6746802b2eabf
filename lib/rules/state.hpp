// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What of us is in the kernel: each part by the name that an operator knows it
/// by, with what makes it that part and no other. Two states are the same if
/// nobody has touched anything in between.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "iptables_save.hpp"
#include "nft_items.hpp"

namespace nflogd::rules {

using State = std::map<std::string, std::string>;

/// In words what became of `then`: "chain input is gone, and 2 more"; empty: all
/// is as it was.
[[nodiscard]] std::string difference(const State& then, const State& now);

/// A table of nftables. Nothing in it changes without one of its handles, which
/// are never given twice.
[[nodiscard]] State nft_state(const std::vector<NftItem>& items);

/// The same without handles: two installs of the same rules have the same shape.
[[nodiscard]] State nft_shape(const std::vector<NftItem>& items);

/// Whether every counter of `then` is the very same now.
[[nodiscard]] bool keeps_counters(const State& then, const State& now);

/// The chains that begin with "PREFIX." and the jumps to them; `family` is said
/// before each. Their place among the jumps of others is not part of it.
[[nodiscard]] State iptables_state(const std::string& family, const std::vector<SavedTable>& tables,
                                   const std::string& prefix);
[[nodiscard]] std::string chain_key(const std::string& family, const std::string& chain);

}  // namespace nflogd::rules
