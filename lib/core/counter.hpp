// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A count with one writing thread and any number of reading threads. Adding is
/// a plain load and store, no locked instruction.
#pragma once

#include <atomic>
#include <cstdint>

namespace nflogd {

class Counter {
public:
    /// Writing thread only.
    void add(std::uint64_t count = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_release);
    }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_release); }
    /// Any thread.
    [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_acquire); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace nflogd
