// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Strings that others chose (log prefixes, interface names, configuration),
/// made harmless and reversible. The only encoders of such strings.
#pragma once

#include <string>
#include <string_view>

#include "format/writer.hpp"

namespace nflogd::format {

/// Bytes that one byte of input can become.
inline constexpr std::size_t kMaxEscaped = 6;

/// Of names that the configuration gives, escaped; it allows none that is longer.
inline constexpr std::size_t kMaxEscapedName = 512;

/// The inside of a JSON string (RFC 8259): valid UTF-8 passes, control characters
/// (is_control() of core/utf8.hpp), quote and backslash are escaped, and a byte
/// that is no valid UTF-8 becomes \u00XX of its value.
[[nodiscard]] Writer write_json_text(Writer writer, std::string_view text);
[[nodiscard]] std::string json_text(std::string_view text);
/// The same, cut before the character that would make it longer than `most` bytes.
[[nodiscard]] std::string json_text(std::string_view text, std::size_t most);

/// `,"name":"text"`, the text cut to kMaxEscapedName.
[[nodiscard]] std::string json_member(std::string_view name, std::string_view text);

/// For a human's terminal, one word of a line whose words stand between spaces:
/// valid UTF-8 passes; every byte of a control character or of no valid UTF-8
/// becomes \xXX, quote and backslash get a backslash before them. What could be
/// taken for more words, for another field (`name=`, `>`, `[`, `;`) or for an
/// absent one (`-`) is in double quotes. Writes at most kQuotes bytes more than
/// kMaxEscaped for each of `word`.
[[nodiscard]] Writer write_plain_word(Writer writer, std::string_view word);
[[nodiscard]] std::string plain_word(std::string_view word);
inline constexpr std::size_t kQuotes = 2;

/// Valid UTF-8 passes, with spaces, quotes and backslashes; every byte of a control
/// character or of no valid UTF-8 becomes \xXX. Not reversible.
[[nodiscard]] Writer write_harmless(Writer writer, std::string_view text);

}  // namespace nflogd::format
