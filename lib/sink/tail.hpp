// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The torn end of a log file.
#pragma once

#include <cstdint>

#include "core/result.hpp"
#include "sink/file_layout.hpp"

namespace nflogd::sink {

/// Cuts the regular file `fd` (open for reading and writing) behind its last whole
/// record. Returns how many bytes went.
Result<std::uint64_t> repair_tail(int fd, const FileLayout& layout = line_layout());

}  // namespace nflogd::sink
