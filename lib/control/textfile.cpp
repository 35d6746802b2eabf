// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/textfile.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/fd.hpp"

namespace nflogd::control {

Status replace_file(const std::string& path, std::string_view text) {
    const std::string aside = path + ".tmp";
    const Fd fd(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return system_error(errno, aside, EX_CANTCREAT);
    ::fchmod(fd.get(), 0644);  // whatever the umask
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) {
        const int error = written < 0 ? errno : ENOSPC;
        ::unlink(aside.c_str());
        return system_error(error, aside, EX_CANTCREAT);
    }
    if (std::rename(aside.c_str(), path.c_str()) != 0) {
        return system_error(errno, path, EX_CANTCREAT);
    }
    return {};
}

}  // namespace nflogd::control
