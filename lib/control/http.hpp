// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// As much of HTTP/1.1 (RFC 9112) as a scrape needs: one GET or HEAD a connection, no
/// body. Complete and small enough to be read in one go, which is why no library is
/// asked. The bytes are hostile.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace nflogd::control {

/// A longer head is refused.
inline constexpr std::size_t kMaxHead = 8 << 10;

/// Whether `bytes` hold a whole head: up to an empty line.
[[nodiscard]] bool is_whole_head(std::string_view bytes);

/// The response to a request for /metrics, whose text `metrics` makes; to any other 404,
/// 405 or 400. The connection ends behind it.
[[nodiscard]] std::string respond(std::string_view head,
                                  const std::function<std::string()>& metrics);

}  // namespace nflogd::control
