// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Opening the file that records are appended to: nothing but a regular file of
/// ours with a single name is ever written to, wherever the path leads.
#pragma once

#include <string>

#include "core/fd.hpp"
#include "core/options.hpp"
#include "core/result.hpp"
#include "sink/log_directory.hpp"

namespace nflogd::sink {

/// Opens `name` for appending, creating it if need be, and gives it the mode,
/// owner and group of `options`. Refuses symbolic links, FIFOs, devices, hard
/// links and files of strangers. Never blocks. Errors: EX_CANTCREAT; `reason`
/// (may be nullptr) gets the errno value for which the kernel did not open it, 0
/// if it was not the kernel that refused.
Result<Fd> open_live(const LogDirectory& directory, const std::string& name,
                     const FileOptions& options, int* reason = nullptr);

/// An error when the file system of `fd` has no block left for us.
Status check_space(int fd, const std::string& path);

}  // namespace nflogd::sink
