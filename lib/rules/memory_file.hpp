// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Text as a file without a place on a disk: what another program reads or
/// writes. No pipe, so nobody can block on the other or die of SIGPIPE.
#pragma once

#include <string>
#include <string_view>

#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::rules {

/// A file of the kernel's memory that holds `text`, CLOEXEC, at offset 0.
Result<Fd> memory_file(std::string_view text);

/// The whole of it, from its beginning.
Result<std::string> read_whole(const Fd& file);

}  // namespace nflogd::rules
