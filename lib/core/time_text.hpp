// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Times as people and logs write them, back to ns since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace nflogd {

/// "2026-11-23T10:03:54.123456Z" (RFC 3339, UTC only). Works the calendar out once a minute.
class UtcReader {
public:
    /// ns since 1970.
    [[nodiscard]] std::optional<std::uint64_t> read(std::string_view text);

private:
    std::string minute_;  ///< "2026-11-23T10:03" and ...
    std::uint64_t minute_seconds_ = 0;
};

/// What an option like --since takes; EX_USAGE if it is none of these:
///
///     30s 10m 2h 2d 1w            so long before `now_ns`
///     now today yesterday         days begin at midnight, local time
///     10:30 10:30:15              today, local time
///     2026-11-23 2026-11-23T10:30 2026-11-23 10:30:15     local time
///     2026-11-23T10:30:15.5Z 2026-11-23T10:30:15+01:00    RFC 3339
Result<std::uint64_t> parse_moment(std::string_view text, std::uint64_t now_ns);

}  // namespace nflogd
