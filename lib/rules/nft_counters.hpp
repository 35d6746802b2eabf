// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Reads what `nft -j list counters` prints.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/result.hpp"

namespace nflogd::rules {

/// Counter name → packets. Anything that is not such a listing is an error.
Result<std::map<std::string, std::uint64_t>> parse_nft_counters(const std::string& json);

}  // namespace nflogd::rules
