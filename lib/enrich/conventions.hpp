// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The log prefixes that firewalls' front ends write, and what they say.
#pragma once

#include <string_view>

#include "core/prefix_pattern.hpp"

namespace nflogd::enrich {

/// Those of ufw, firewalld, Shorewall, VyOS, EdgeOS and UniFi, and OpenWrt, in the order
/// in which they are tried.
[[nodiscard]] const std::vector<PrefixRule>& conventions();

/// The action that a prefix of nobody's convention says with a word of its own: "DROP",
/// "in-REJECT:"; empty if it says none, or several.
[[nodiscard]] std::string_view action_in(std::string_view prefix);

}  // namespace nflogd::enrich
