// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A file that is whole whenever somebody reads it: for node_exporter's textfile
/// collector.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace nflogd::control {

/// Puts a file with this text in the place of `path`, readable by all. Needs the right to
/// write in its directory, where a file PATH.tmp is made on the way. Errors: EX_CANTCREAT.
Status replace_file(const std::string& path, std::string_view text);

}  // namespace nflogd::control
