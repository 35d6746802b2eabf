// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// How bytes that somebody else wrote are shown in a message. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace nflogd {

/// Valid UTF-8 without any control character (is_control() of core/utf8.hpp).
[[nodiscard]] bool printable(std::string_view text);

/// Control characters and bytes that are no UTF-8 as \xNN or \uNNNN.
[[nodiscard]] std::string harmless(std::string_view text);

/// 'text' made harmless, in quotes, cut when it is long.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace nflogd
