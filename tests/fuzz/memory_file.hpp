// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A file of the process's own, in memory. Its errors end the process.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "core/cursor.hpp"
#include "core/fd.hpp"
#include "fuzz.hpp"

namespace nflogd::fuzz {

class MemoryFile {
public:
    MemoryFile() : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
        require(bool(fd_), "memory for a file");
    }
    void fill(Bytes content) {
        require(::ftruncate(fd_.get(), 0) == 0, "ftruncate");
        const auto size = static_cast<ssize_t>(content.size());
        require(::pwrite(fd_.get(), content.data(), content.size(), 0) == size, "pwrite");
    }
    [[nodiscard]] std::string content() const {
        std::string text(static_cast<std::size_t>(::lseek(fd_.get(), 0, SEEK_END)), '\0');
        const auto size = static_cast<ssize_t>(text.size());
        require(::pread(fd_.get(), text.data(), text.size(), 0) == size, "pread");
        return text;
    }
    [[nodiscard]] int fd() const { return fd_.get(); }
    /// Opens as a file of its own, from its start.
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

private:
    Fd fd_;
};

}  // namespace nflogd::fuzz
