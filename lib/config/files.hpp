// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Reading the operator's files, with an eye on who else could have written them.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace nflogd::config {

inline constexpr std::size_t kLargestFile = 1U << 20;

/// Why a process of user `euid` must not take orders from such a file; nothing
/// if it may. Only root is that careful, and only with regular files: a pipe
/// comes from whoever called us.
[[nodiscard]] std::optional<std::string> distrust(const struct stat& file, uid_t euid);

/// The whole file. The message of an error does not name the file.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

}  // namespace nflogd::config
