// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the operator probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace nflogd {

/// Fewest insertions, deletions, substitutions and swaps of neighbours that make
/// `b` of `a`, no byte touched twice (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known word that is nearest; empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> known);

/// "unknown WHAT 'word' (did you mean 'x'?)", or the known ones if none is near.
[[nodiscard]] std::string unknown(std::string_view what, std::string_view word,
                                  std::span<const std::string_view> known);

/// The same, with the known ones always: for enumerations.
[[nodiscard]] std::string unknown_of_few(std::string_view what, std::string_view word,
                                         std::span<const std::string_view> known);

}  // namespace nflogd
