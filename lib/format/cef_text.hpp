// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Strings that others chose as values of the Common Event Format. In the header a bar
/// and a backslash get a backslash before them, in the extension an equals sign and a
/// backslash; a line feed is \n, a carriage return \r. CEF has no word for other control
/// characters and for bytes that are no UTF-8: each byte of them becomes the four
/// characters \xNN, with an escaped backslash.
#pragma once

#include <string>
#include <string_view>

#include "format/writer.hpp"

namespace nflogd::format {

/// Bytes that one byte can become.
inline constexpr std::size_t kMaxCefEscaped = 5;

/// `most` is what the key allows, in bytes of `text`; the rest is cut off between two
/// characters.
[[nodiscard]] Writer write_cef_value(Writer writer, std::string_view text, std::size_t most);
[[nodiscard]] std::string cef_value(std::string_view text, std::size_t most);
/// For a part of the header, where a line feed is no \n but \x0a.
[[nodiscard]] std::string cef_header(std::string_view text, std::size_t most);

}  // namespace nflogd::format
