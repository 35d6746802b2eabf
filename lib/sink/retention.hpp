// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Which rotated files stay. The oldest go first; one that cannot be removed is
/// passed over and still counts. Both return the bytes of those that stay; nothing
/// if the directory cannot be read.
#pragma once

#include <cstdint>
#include <optional>

#include "sink/rotated_files.hpp"

namespace nflogd::sink {

/// Removes all but the newest `keep`; 0: removes none.
std::optional<std::uint64_t> keep_newest(RotatedFiles& files, std::uint32_t keep);

/// Removes until those that stay have at most `allowance` bytes.
std::optional<std::uint64_t> shrink(RotatedFiles& files, std::uint64_t allowance);

}  // namespace nflogd::sink
