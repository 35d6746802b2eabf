// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Small pictures of numbers, of block characters (Unicode, Block Elements) or of ASCII.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace nflogd::screen {

/// One character a number, the largest fills its line. At most the last `columns`.
[[nodiscard]] std::string sparkline(std::span<const std::uint64_t> numbers, std::size_t columns,
                                    bool unicode);

/// `part` of `whole` as a bar in exactly `columns`.
[[nodiscard]] std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t columns,
                              bool unicode);

}  // namespace nflogd::screen
