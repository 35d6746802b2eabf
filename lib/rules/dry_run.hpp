// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Looks at rules where we are and changes nothing, for want of a network
/// namespace to install them in.
#pragma once

#include <optional>

#include "core/options.hpp"
#include "listing.hpp"

namespace nflogd::rules {

/// The kernel checks a table of another name and forgets it. Needs CAP_NET_ADMIN.
std::optional<Refusal> dry_run_nft(const RulesOptions& options);

/// iptables-restore --test: the programs check, the legacy kernel is not asked.
std::optional<Refusal> dry_run_iptables(const RulesOptions& options);

}  // namespace nflogd::rules
