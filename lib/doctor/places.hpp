// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Where outputs write on disk.
#pragma once

#include <cstdint>
#include <string>

#include "machine.hpp"

namespace nflogd::doctor {

/// Of a file the one that it is in, of a spool itself.
[[nodiscard]] std::string directory_of(const WrittenPlace& place);

/// Of that directory the nearest ancestor, itself included, that exists.
[[nodiscard]] std::string existing_directory(const Machine& machine, const WrittenPlace& place);

/// Bytes that its files take up now, a file's rotated ones included.
[[nodiscard]] std::uint64_t bytes_used(const Machine& machine, const WrittenPlace& place);

}  // namespace nflogd::doctor
