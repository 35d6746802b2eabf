// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/wakeup.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace nflogd {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           const timespec* deadline) {
    ::syscall(SYS_futex, &word, operation, value, deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

void Wakeup::wait(std::optional<std::chrono::nanoseconds> deadline) {
    timespec until{};
    if (deadline) {
        until.tv_sec = static_cast<time_t>(deadline->count() / 1'000'000'000);
        until.tv_nsec = static_cast<long>(deadline->count() % 1'000'000'000);
    }
    futex(state_, FUTEX_WAIT_BITSET_PRIVATE, kAsleep, deadline ? &until : nullptr);
    state_.exchange(kAwake, std::memory_order_acq_rel);
}

void Wakeup::wake_sleeper() { futex(state_, FUTEX_WAKE_PRIVATE, 1, nullptr); }

}  // namespace nflogd
