// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A listening TCP socket on this machine's own addresses, for a process that may only
/// accept.
#pragma once

#include <cstdint>
#include <string>

#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::control {

/// `address`: 127.0.0.0/8 or ::1, as text without brackets. Errors: EX_UNAVAILABLE.
Result<Fd> listen_on_loopback(const std::string& address, std::uint16_t port);

}  // namespace nflogd::control
