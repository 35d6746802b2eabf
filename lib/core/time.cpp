// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/time.hpp"

#include <ctime>

namespace nflogd {
namespace {

std::uint64_t read(clockid_t id) {
    timespec now{};
    clock_gettime(id, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::uint64_t Clock::wall_ns() const { return read(CLOCK_REALTIME); }

std::chrono::nanoseconds Clock::monotonic() const {
    return std::chrono::nanoseconds(read(CLOCK_MONOTONIC));
}

const Clock& system_clock() {
    static const Clock clock;
    return clock;
}

}  // namespace nflogd
