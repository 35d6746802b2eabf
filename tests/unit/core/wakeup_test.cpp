// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/wakeup.hpp"

#include <atomic>
#include <thread>

#include "catch.hpp"
#include "core/time.hpp"

using nflogd::Wakeup;

TEST_CASE("no wake-up is missed between looking and sleeping") {
    Wakeup wakeup;
    std::atomic<int> work{0};
    constexpr int kRounds = 20000;
    std::thread producer([&] {
        for (int i = 1; i <= kRounds; ++i) {
            work.store(i, std::memory_order_release);
            wakeup.wake();
            while (work.load(std::memory_order_acquire) != 0) std::this_thread::yield();
        }
    });
    for (int seen = 0; seen < kRounds; ++seen) {
        while (work.load(std::memory_order_acquire) == 0) {
            wakeup.prepare();
            if (work.load(std::memory_order_acquire) != 0) {
                wakeup.cancel();
            } else {
                wakeup.wait(std::nullopt);  // a missed wake-up would hang here
            }
        }
        work.store(0, std::memory_order_release);
    }
    producer.join();
    SUCCEED("all rounds were seen");
}

TEST_CASE("a deadline ends the wait") {
    Wakeup wakeup;
    const auto deadline = nflogd::system_clock().monotonic() + std::chrono::milliseconds(5);
    while (nflogd::system_clock().monotonic() < deadline) {
        wakeup.prepare();
        wakeup.wait(deadline);
    }
    REQUIRE(nflogd::system_clock().monotonic() >= deadline);
}
