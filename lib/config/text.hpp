// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Bytes that somebody else wrote: may they be read as text, and how are they
/// shown in a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nflogd::config {

/// A message about a place in a text, counted from 1. Columns count bytes.
struct TextProblem {
    int line = 0;
    int column = 0;
    std::string message;
};

/// The first byte that makes `text` something else than UTF-8 without control
/// bytes (tab, line feed and carriage return are none). yaml-cpp takes byte 4
/// for the end of its input and guesses at UTF-16 from NUL bytes, so this comes
/// before it.
[[nodiscard]] std::optional<TextProblem> check_text(std::string_view text);

/// Valid UTF-8 without any control character (is_control() of core/utf8.hpp).
[[nodiscard]] bool printable(std::string_view text);

/// Control characters and bytes that are no UTF-8 as \xNN or \uNNNN.
[[nodiscard]] std::string harmless(std::string_view text);

/// 'text' made harmless, in quotes, cut when it is long.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace nflogd::config
