// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The expressions of a rule in nf_tables.
#pragma once

#include <vector>

#include "nft_attributes.hpp"
#include "nft_items.hpp"

namespace nflogd::rules {

/// In the order of their evaluation. An expression that nobody here knows has
/// just its name.
[[nodiscard]] std::vector<NftExpression> read_expressions(const Attributes& rule);

}  // namespace nflogd::rules
