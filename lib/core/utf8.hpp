// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// UTF-8 that nobody trusts (RFC 3629), and which characters of it may not be
/// shown as they are. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace nflogd {

struct Utf8Character {
    std::size_t length = 0;  ///< bytes; 0: the first byte starts no valid character
    char32_t code = 0;
};

/// The character that `text`, which is not empty, starts with.
[[nodiscard]] Utf8Character first_character(std::string_view text);

/// Whether a character could end a line, drive a terminal, or make text look
/// like another one: control characters (C0, DEL, C1), line and paragraph
/// separators, and the bidirectional controls, which reorder what stands around
/// them (Unicode Standard Annex #9, section 2).
[[nodiscard]] bool is_control(char32_t code);

/// Whether a character shows as a space (the property White_Space of the Unicode
/// Character Database, less those that are controls).
[[nodiscard]] bool is_space(char32_t code);

}  // namespace nflogd
