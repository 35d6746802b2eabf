// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One file as one zstd frame with a checksum (RFC 8878), in a few MiB of memory
/// whatever its size.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/result.hpp"

namespace nflogd::sink {

enum class Compressed : std::uint8_t {
    done,
    unwanted,   ///< `stop` was set, or `in` has been removed
    too_large,  ///< it would be more than `limit` bytes
};

/// Reads `in` to its end and writes `out`, at most `limit` bytes. Between chunks
/// it looks whether it is still wanted. Unless done `out` holds a part.
Result<Compressed> compress(int in, int out, std::uint64_t limit, const std::atomic<bool>& stop);

}  // namespace nflogd::sink
