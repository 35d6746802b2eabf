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

/// The inside of a JSON string (RFC 8259): valid UTF-8 passes, control characters
/// (C0, DEL, C1), line separators, quote and backslash are escaped, and a byte
/// that is no valid UTF-8 becomes \u00XX of its value.
void write_json_text(Writer& writer, std::string_view text);
[[nodiscard]] std::string json_text(std::string_view text);

/// For a human's terminal: printable ASCII and valid UTF-8 pass; a backslash is
/// doubled and every other byte becomes \xXX.
void write_plain_text(Writer& writer, std::string_view text);

}  // namespace nflogd::format
