// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/fd.hpp"

#include <unistd.h>

#include <cerrno>

namespace nflogd {

void Fd::reset(int fd) {
    if (fd_ >= 0) {
        const int saved = errno;
        ::close(fd_);
        errno = saved;
    }
    fd_ = fd;
}

}  // namespace nflogd
