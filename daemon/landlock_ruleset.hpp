// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// landlock(7), best effort: the kernel's include/uapi/linux/landlock.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nflogd::daemon {

/// Denies all access to files but to these, TCP but connections to these ports, and signals to
/// processes outside, as far as the kernel knows how. Returns what was reached, for the log.
std::string restrict_access(const std::vector<std::string>& writable_directories,
                            const std::vector<std::string>& readable_files,
                            const std::vector<std::string>& readable_directories,
                            const std::vector<std::uint16_t>& tcp_ports, bool any_tcp_port);

}  // namespace nflogd::daemon
