// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The torn last line of a log file: what a killed writer or a power cut left
/// behind the last newline, zero bytes included. For formats whose every record
/// ends in a newline and holds no other.
#pragma once

#include <cstdint>

#include "core/result.hpp"

namespace nflogd::sink {

/// Cuts the regular file `fd` (open for reading and writing) behind its last
/// newline, to nothing if it has none. Returns how many bytes went. Memory is
/// constant; reads no further back than the line begins.
Result<std::uint64_t> repair_tail(int fd);

}  // namespace nflogd::sink
