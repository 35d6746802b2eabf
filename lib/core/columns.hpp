// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Text in columns of a terminal or a mail. Any thread; how wide a character is, the
/// process's locale says (wcwidth(3)).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nflogd {

/// Columns that `text`, which is printable() (core/text.hpp), takes.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// `text` made harmless, cut or filled with spaces to exactly `columns`. What is cut
/// ends in '~'.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);
/// The same, with the spaces before it.
[[nodiscard]] std::string fit_right(std::string_view text, std::size_t columns);

/// "1,234,567"
[[nodiscard]] std::string grouped(std::uint64_t number);
/// At most 8 characters: "999 B", "1.2 MiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "12.3 %"; "0.0 %" of nothing.
[[nodiscard]] std::string share_text(std::uint64_t part, std::uint64_t whole);

}  // namespace nflogd
