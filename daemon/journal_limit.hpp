// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Whether the journal takes all that an output of type journald sends it.
///
/// journald drops what a service sends beyond its rate limit, and the sender is told
/// nothing. systemd shows what a unit says about that as links,
/// log-rate-limit-burst:UNIT; where there is none, journald.conf decides.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"

namespace nflogd::daemon {

struct JournalPaths {
    std::string cgroup = "/proc/self/cgroup";
    std::string units = "/run/systemd/units";
};

/// What to say about it at a start; nothing if no output is concerned.
[[nodiscard]] std::optional<std::string> journal_limit_warning(const config::Config& config,
                                                               const JournalPaths& paths = {});

}  // namespace nflogd::daemon
