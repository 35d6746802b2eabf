// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Times as records print them (RFC 3339).
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.hpp"
#include "filter/program.hpp"

namespace nflogd::filter {

/// "2026-11-23T10:03:54Z", "2026-11-23T11:03:54.123456+01:00": the ns since 1970 that
/// print as this time, a whole microsecond of them.
[[nodiscard]] Result<Range<std::uint64_t>> parse_timestamp(std::string_view text);

}  // namespace nflogd::filter
