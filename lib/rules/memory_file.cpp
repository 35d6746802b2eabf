// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace nflogd::rules {

Result<Fd> memory_file(std::string_view text) {
    Fd file(::memfd_create("nflogd-rules", MFD_CLOEXEC));
    if (!file) return system_error(errno, "memfd_create");
    while (!text.empty()) {
        const auto written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error(errno, "writing to memory");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::lseek(file.get(), 0, SEEK_SET) < 0) return system_error(errno, "lseek");
    return file;
}

Result<std::string> read_whole(const Fd& file) {
    std::string text;
    std::array<char, 16384> chunk;
    while (true) {
        const auto got =
            ::pread(file.get(), chunk.data(), chunk.size(), static_cast<off_t>(text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(errno, "reading from memory");
        if (got == 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace nflogd::rules
