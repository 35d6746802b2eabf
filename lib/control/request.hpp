// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a client of the control socket asks for: one line of JSON (docs/control.md).
/// The bytes are hostile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace nflogd::control {

/// A longer line is refused.
inline constexpr std::size_t kMaxRequest = 16 << 10;

struct Request {
    enum class Kind : std::uint8_t { status, tail };
    Kind kind = Kind::status;
    std::string filter;           ///< of a tail: an expression of lib/filter
    std::string format = "json";  ///< likewise: a row of the table of formats
};

/// Without its newline. Errors: EX_USAGE, for the client to read.
[[nodiscard]] Result<Request> parse_request(std::string_view line);
/// The line, with its newline.
[[nodiscard]] std::string to_line(const Request& request);

/// {"error":"…"} and a newline.
[[nodiscard]] std::string error_line(std::string_view message);
/// What an answer complains of; empty if it is no complaint.
[[nodiscard]] std::string error_of(std::string_view line);

/// The answer before the records of a tail.
inline constexpr std::string_view kTailStarted = "{\"tail\":\"started\"}\n";

}  // namespace nflogd::control
