// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// pread(2) that is not interrupted. Any thread.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>

#include "core/result.hpp"

namespace nflogd::sink {

/// As many bytes as there are at `offset`, at most what `to` takes.
inline Result<std::size_t> read_at(int fd, std::span<char> to, std::uint64_t offset) {
    ssize_t got = 0;
    do {
        got = ::pread(fd, to.data(), to.size(), static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return system_error(errno, "read");
    return static_cast<std::size_t>(got);
}

}  // namespace nflogd::sink
