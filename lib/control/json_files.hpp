// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Where the records of the past are: what a status says of the daemon's files. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nflogd::control {

/// The paths of the outputs to files in JSON that `status` tells of, in their order; it
/// may be any text.
[[nodiscard]] std::vector<std::string> json_files_of(std::string_view status);

}  // namespace nflogd::control
