// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Bytes that somebody else wrote: may they be read as text?
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/text.hpp"

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

}  // namespace nflogd::config
