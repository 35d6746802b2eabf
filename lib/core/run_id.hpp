// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What makes group and sequence number of a record unique for ever: numbers begin
/// anew with each start of the daemon.
#pragma once

#include <string>

namespace nflogd {

struct RunId {
    std::string boot;   ///< the kernel's boot id; empty if it cannot be read
    std::string start;  ///< CLOCK_MONOTONIC in microseconds, when the daemon started
};

/// Of a daemon that starts now. `boot_id`: the kernel's file.
[[nodiscard]] RunId new_run_id(const std::string& boot_id = "/proc/sys/kernel/random/boot_id");

}  // namespace nflogd
