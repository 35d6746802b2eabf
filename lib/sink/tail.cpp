// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/tail.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace nflogd::sink {

Result<std::uint64_t> repair_tail(int fd, const FileLayout& layout) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return system_error(errno, "fstat");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    const Result<std::uint64_t> end = layout.end_of_records(fd, size);
    if (!end) return end.error();
    if (*end == size) return std::uint64_t{0};
    if (::ftruncate(fd, static_cast<off_t>(*end)) != 0) return system_error(errno, "truncate");
    return size - *end;
}

}  // namespace nflogd::sink
