// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/tail.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace nflogd::sink {
namespace {

constexpr std::size_t kChunk = 16 << 10;

/// Reads as much as is there, at most `size`; negative: errno says why.
ssize_t read_at(int fd, char* to, std::size_t size, off_t offset) {
    ssize_t got = 0;
    do {
        got = ::pread(fd, to, size, offset);
    } while (got < 0 && errno == EINTR);
    return got;
}

/// The offset behind the last newline of the first `size` bytes; 0 if there is
/// none, negative: errno says why.
off_t end_of_lines(int fd, off_t size) {
    std::array<char, kChunk> chunk;
    for (off_t end = size; end > 0;) {
        const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(chunk.size()));
        const ssize_t got = read_at(fd, chunk.data(), static_cast<std::size_t>(end - begin), begin);
        if (got < 0) return -1;
        const void* found = ::memrchr(chunk.data(), '\n', static_cast<std::size_t>(got));
        if (found != nullptr) return begin + (static_cast<const char*>(found) - chunk.data()) + 1;
        end = begin;
    }
    return 0;
}

}  // namespace

Result<std::uint64_t> repair_tail(int fd) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return system_error(errno, "fstat");
    const off_t end = end_of_lines(fd, info.st_size);
    if (end < 0) return system_error(errno, "read");
    if (end == info.st_size) return std::uint64_t{0};
    if (::ftruncate(fd, end) != 0) return system_error(errno, "truncate");
    return static_cast<std::uint64_t>(info.st_size - end);
}

}  // namespace nflogd::sink
