// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/patience.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace nflogd::sink {

bool wait_ready(int fd, short events, std::chrono::milliseconds time) {
    pollfd slot{fd, events, 0};
    int ready = 0;
    do {
        ready = ::poll(&slot, 1, static_cast<int>(time.count()));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

bool Patience::wait(int fd, short events) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - clock_.monotonic());
    return left.count() > 0 && wait_ready(fd, events, std::min(left, kStandstill));
}

}  // namespace nflogd::sink
