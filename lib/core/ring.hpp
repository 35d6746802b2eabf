// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A bounded queue of records from any number of capture threads to one lane.
/// Nobody ever waits: a full ring refuses, and the caller counts.
///
/// Every position is claimed once with a compare-and-swap and published with a
/// release store of its number into the slot, so records come out in the order
/// in which their positions were claimed.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace nflogd {

template <typename T>
class Ring {
public:
    /// Holds at most `capacity` items; all memory is taken here.
    explicit Ring(std::size_t capacity)
        : capacity_(capacity),
          mask_(std::bit_ceil(std::max<std::size_t>(capacity, 2)) - 1),
          slots_(std::make_unique<Slot[]>(mask_ + 1)) {}

    /// Any producer. `fill(T&)` writes the item into its slot, which holds the
    /// bytes of some earlier item. False if the ring is full.
    template <typename Fill>
    bool push(Fill&& fill) {
        std::uint64_t position = tail_.load(std::memory_order_relaxed);
        do {
            if (position - head_.load(std::memory_order_acquire) >= capacity_) return false;
        } while (!tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed));
        Slot& slot = slots_[position & mask_];
        fill(slot.item);
        slot.published.store(position + 1, std::memory_order_release);
        return true;
    }

    /// The consumer. The oldest item, or nullptr if there is none (or its
    /// producer is still writing it). Valid until pop().
    const T* front() const {
        const std::uint64_t position = head_.load(std::memory_order_relaxed);
        const Slot& slot = slots_[position & mask_];
        if (slot.published.load(std::memory_order_acquire) != position + 1) return nullptr;
        return &slot.item;
    }
    /// The consumer; only after front() gave an item.
    void pop() {
        head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

    /// Positions claimed so far by producers. Any thread.
    [[nodiscard]] std::uint64_t pushed() const { return tail_.load(std::memory_order_acquire); }
    /// Items taken out so far. Any thread.
    [[nodiscard]] std::uint64_t popped() const { return head_.load(std::memory_order_acquire); }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

private:
    struct Slot {
        std::atomic<std::uint64_t> published{0};
        T item;
    };

    std::size_t capacity_;
    std::size_t mask_;
    std::unique_ptr<Slot[]> slots_;
    alignas(64) std::atomic<std::uint64_t> tail_{0};
    alignas(64) std::atomic<std::uint64_t> head_{0};
};

}  // namespace nflogd
