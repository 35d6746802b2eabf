// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What people call the common ICMP messages (RFC 792, 1812, 4443, 4861).
#pragma once

#include <cstdint>
#include <string_view>

namespace nflogd::format {

/// Empty if type and code have no well-known name.
[[nodiscard]] std::string_view icmp_name(bool v6, std::uint8_t type, std::uint8_t code);

}  // namespace nflogd::format
