// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Numbers with and without units, from the text of one value. Errors are for
/// the operator: "must be 4KiB..128KiB, is '3KiB'".
#pragma once

#include <cstdint>
#include <string_view>

#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::config {

/// What a number may be, both ends included, in the unit of the result.
struct Range {
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    bool or_zero = false;  ///< 0 is taken although it lies below min
};

/// Decimal. A leading zero is refused: YAML 1.1 calls that octal, 1.2 does not.
[[nodiscard]] Result<std::uint64_t> parse_integer(std::string_view text, Range range);

/// Bytes: "64KiB", "100MiB", "2GiB", "65536".
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text, Range range);

/// Milliseconds: "100ms", "1s", "10m", "1h", "1d", and "0" where 0 is taken.
/// The result is a multiple of `step`.
[[nodiscard]] Result<std::uint64_t> parse_duration(std::string_view text, Range range,
                                                   std::uint64_t step = 1);

/// "1000/second"; also per minute, hour, day. The burst is left alone.
[[nodiscard]] Result<RateLimit> parse_rate(std::string_view text);

/// A file mode, always read as octal: "0640".
[[nodiscard]] Result<mode_t> parse_mode(std::string_view text);
/// That of a socket, which everybody may be allowed to write to: that is to connect.
[[nodiscard]] Result<mode_t> parse_socket_mode(std::string_view text);

}  // namespace nflogd::config
