// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The files that one log has become, in the order of their records: the live one, and
/// those that were rotated away by us (docs/configuration.md, `rotate`) or by logrotate:
///
///     NAME.20261123-100354[.N][.zst]     nflogd
///     NAME.1  NAME.2.gz  NAME.3.zst      logrotate
///     NAME-20261123[-1795428234][.gz]    logrotate, dateext
///
/// Names only tell what belongs together. The order is that of the time that each
/// file's first line tells, since a directory may hold files of each kind.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace nflogd::source {

struct LogPart {
    std::string path;
    std::uint64_t first_ns = 0;  ///< of its first line; 0: it tells none
    bool live = false;           ///< the one that was asked for
};

/// Oldest first, without those that are empty, the live one always last. The two forms
/// of a file that is being compressed are one. Files that cannot be read are left out
/// and told in `faults`; error (EX_DATAERR, EX_NOPERM) if nothing can be read at all.
Result<std::vector<LogPart>> log_parts(const std::string& path, std::vector<Error>& faults);

/// Without the parts at the beginning that end before `since_ns`.
std::vector<LogPart> since(std::vector<LogPart> parts, std::uint64_t since_ns);

/// Whether `name` is one that a rotation gives to a log called `base`.
[[nodiscard]] bool is_rotated(std::string_view base, std::string_view name);

/// The time that a line of a log in JSON tells, 0 if none.
[[nodiscard]] std::uint64_t time_of_line(std::string_view line);

}  // namespace nflogd::source
