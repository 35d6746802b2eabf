// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// SHA-1, for short names that other programs make the same way. No signature stands on it.
///
/// libcrypto has instructions of the processor for it and takes less than half of the time,
/// but a small router may be without it: then libmd does it, which dpkg needs anyway.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace nflogd {

using Sha1Digest = std::array<std::uint8_t, 20>;

/// Allocates nothing and opens nothing.
Sha1Digest sha1(std::span<const std::uint8_t> bytes);

/// Loads libcrypto, if it is there, for all calls that follow. Only the first call does
/// anything; it is to come before the process is confined and starts threads.
void load_sha1();

}  // namespace nflogd
