// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The other end of the control socket. One thread.
#pragma once

#include <chrono>
#include <string>

#include "control/request.hpp"
#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::control {

/// A connection to a UNIX stream socket, over which nothing was said. Errors:
/// EX_UNAVAILABLE if nobody listens there, EX_NOPERM.
Result<Fd> connect(const std::string& path);

/// A connection over which the request was sent; what comes then is the answer. Errors:
/// EX_UNAVAILABLE if nobody listens there, EX_NOPERM.
Result<Fd> send_request(const std::string& path, const Request& request);

/// The first line of an answer, without its newline. Errors: EX_UNAVAILABLE if none has
/// come by then, and those that the daemon tells.
Result<std::string> read_line(const Fd& connection, std::chrono::milliseconds patience);

/// Both.
Result<std::string> ask(const std::string& path, const Request& request,
                        std::chrono::milliseconds patience = std::chrono::seconds(10));

}  // namespace nflogd::control
