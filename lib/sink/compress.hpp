// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One file as one zstd frame with a checksum (RFC 8878), in a few MiB of memory
/// whatever its size.
#pragma once

#include <atomic>

#include "core/result.hpp"

namespace nflogd::sink {

/// Reads `in` to its end and writes `out`. Between chunks it looks whether it is
/// still wanted: true: done; false: `stop` was set, or `in` has been removed, and
/// `out` holds a part.
Result<bool> compress(int in, int out, const std::atomic<bool>& stop);

}  // namespace nflogd::sink
