// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A summary as text for a mail: plain, 80 columns, whatever the records hold. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "summary/losses.hpp"
#include "summary/summary.hpp"

namespace nflogd::summary {

struct Report {
    Summary& summary;
    const Losses& losses;
    std::size_t files = 0;
    std::uint64_t malformed_lines = 0;  ///< that are no record
    std::size_t top = 10;               ///< rows of each table
};

[[nodiscard]] std::string report_text(const Report& report);

/// "Sources", "source", ...: what a table of `by` is called, and one of its keys.
[[nodiscard]] std::string_view title_of(By by);

/// "2026-11-23T10:03:54Z"
[[nodiscard]] std::string second_text(std::uint64_t timestamp_ns);

}  // namespace nflogd::summary
