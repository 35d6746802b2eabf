// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/ring.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>
#include <vector>

#include "catch.hpp"

using nflogd::Ring;

TEST_CASE("a ring holds exactly its capacity, whatever that is") {
    for (const std::size_t capacity : {1U, 2U, 3U, 100U}) {
        Ring<int> ring(capacity);
        for (std::size_t i = 0; i < capacity; ++i) {
            REQUIRE(ring.push([&](int& slot) { slot = static_cast<int>(i); }));
        }
        REQUIRE_FALSE(ring.push([](int& slot) { slot = -1; }));
        REQUIRE(*ring.peek() == 0);
        ring.pop();
        REQUIRE(ring.push([](int& slot) { slot = 1000; }));
    }
}

TEST_CASE("items come out in order, over many turns") {
    Ring<int> ring(5);
    int next = 0;
    for (int turn = 0; turn < 1000; ++turn) {
        REQUIRE(ring.push([&](int& slot) { slot = 2 * turn; }));
        REQUIRE(ring.push([&](int& slot) { slot = 2 * turn + 1; }));
        for (int i = 0; i < 2; ++i) {
            REQUIRE(ring.peek() != nullptr);
            REQUIRE(*ring.peek() == next++);
            ring.pop();
        }
        REQUIRE(ring.peek() == nullptr);
    }
}

TEST_CASE("several producers lose nothing but what they are told is lost") {
    constexpr int kProducers = 3;
    constexpr std::uint64_t kItems = 30000;
    struct Item {
        int producer;
        std::uint64_t number;
    };
    Ring<Item> ring(64);
    std::array<std::uint64_t, kProducers> refused{};
    std::atomic<int> running{kProducers};
    std::vector<std::thread> threads;
    for (int p = 0; p < kProducers; ++p) {
        threads.emplace_back([&, p] {
            for (std::uint64_t n = 0; n < kItems; ++n) {
                if (!ring.push([&](Item& slot) { slot = {p, n}; })) {
                    ++refused[static_cast<std::size_t>(p)];
                }
            }
            --running;
        });
    }
    std::array<std::uint64_t, kProducers> taken{};
    std::array<std::uint64_t, kProducers> next{};
    bool ordered = true;
    while (running.load() > 0 || ring.peek() != nullptr) {
        const Item* item = ring.peek();
        if (item == nullptr) continue;
        const auto p = static_cast<std::size_t>(item->producer);
        ordered = ordered && item->number >= next[p];
        next[p] = item->number + 1;
        ++taken[p];
        ring.pop();
    }
    for (auto& thread : threads) thread.join();
    REQUIRE(ordered);
    for (std::size_t p = 0; p < kProducers; ++p) REQUIRE(taken[p] + refused[p] == kItems);
}

TEST_CASE("what is looked at stays until it is popped") {
    Ring<int> ring(4);
    for (int i = 0; i < 3; ++i) REQUIRE(ring.push([i](int& slot) { slot = i; }));
    REQUIRE(*ring.peek(0) == 0);
    REQUIRE(*ring.peek(2) == 2);
    REQUIRE(ring.peek(3) == nullptr);
    REQUIRE(ring.pushed() - ring.popped() == 3);
    ring.pop(2);
    REQUIRE(*ring.peek() == 2);
    REQUIRE(ring.popped() == 2);
}

TEST_CASE("another process's items are there after its death") {
    Ring<int> ring(8);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ring.push([](int& slot) { slot = 1; });
        ring.push([](int& slot) { slot = 2; });
        // A fourth comes while the third is being written; death comes before that is done.
        ring.push([&ring](int&) {
            ring.push([](int& slot) { slot = 4; });
            ::kill(::getpid(), SIGKILL);
        });
    }
    REQUIRE(::waitpid(pid, nullptr, 0) == pid);
    REQUIRE(ring.pushed() == 4);
    REQUIRE(ring.peek(2) == nullptr);
    REQUIRE(ring.repair() == 1);
    REQUIRE(ring.pushed() == 3);
    REQUIRE(*ring.peek(0) == 1);
    REQUIRE(*ring.peek(1) == 2);
    REQUIRE(*ring.peek(2) == 4);
    REQUIRE(ring.peek(3) == nullptr);
    REQUIRE(ring.push([](int& slot) { slot = 5; }));
    REQUIRE(*ring.peek(3) == 5);
    REQUIRE(ring.repair() == 0);
}

TEST_CASE("further bytes stay beside their item, also when a ring is mended") {
    Ring<int> ring(4, 5);
    const auto put = [&](int value) {
        return ring.push([&](int& slot) {
            slot = value;
            std::fill_n(ring.room_of(slot), ring.room(), static_cast<std::uint8_t>(value));
        });
    };
    for (int turn = 0; turn < 10; ++turn) {
        for (int i = 0; i < 4; ++i) REQUIRE(put(10 * turn + i));
        if (turn == 9) break;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::uint8_t* const room = ring.room_of(*ring.peek(i));
            REQUIRE(std::all_of(room, room + 5, [&](int b) { return b == *ring.peek(i); }));
        }
        ring.pop(4);
    }
    ring.pop(2);  // 92 and 93 stay
    const auto child = ::fork();
    if (child == 0) {
        ring.push([](int&) { ::_exit(0); });  // claimed, never published
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(put(94));
    REQUIRE(ring.repair() == 1);
    REQUIRE(*ring.peek(2) == 94);
    REQUIRE(ring.room_of(*ring.peek(2))[4] == 94);
    REQUIRE(ring.room_of(*ring.peek(0))[0] == 92);
}
