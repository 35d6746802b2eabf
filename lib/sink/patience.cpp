// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/patience.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace nflogd::sink {

bool wait_writable(int fd, std::chrono::milliseconds time) {
    pollfd slot{fd, POLLOUT, 0};
    int ready = 0;
    do {
        ready = ::poll(&slot, 1, static_cast<int>(time.count()));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

bool Patience::wait(int fd) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - clock_.monotonic());
    return left.count() > 0 && wait_writable(fd, std::min(left, kStandstill));
}

}  // namespace nflogd::sink
