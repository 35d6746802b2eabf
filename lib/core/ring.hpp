// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A bounded queue of records from any number of capture threads to one lane.
/// Nobody ever waits: a full ring refuses, and the caller counts.
///
/// Every position is claimed once with a compare-and-swap and published with a
/// release store of its number into the slot, so records come out in the order
/// in which their positions were claimed. An item stays in the ring until it is
/// popped, and the ring lies in shared memory: what is in it outlives the process
/// that put it there, and repair() mends what that left half done.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "core/shared_memory.hpp"

namespace nflogd {

template <typename T>
class Ring {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    /// Holds at most `capacity` items, each with `room` further bytes; all memory is
    /// taken here.
    explicit Ring(std::size_t capacity, std::size_t room = 0)
        : capacity_(capacity),
          mask_(std::bit_ceil(std::max<std::size_t>(capacity, 2)) - 1),
          room_(room),
          stride_((sizeof(Slot) + room + alignof(Slot) - 1) / alignof(Slot) * alignof(Slot)),
          memory_(sizeof(Ends) + (mask_ + 1) * stride_),
          ends_(new (memory_.data()) Ends),
          // Fresh pages are zero, which is what an empty slot is.
          slots_(reinterpret_cast<std::byte*>(ends_ + 1)) {}

    /// Any producer. `fill(T&)` writes the item into its slot, which holds the
    /// bytes of some earlier item. False if the ring is full.
    template <typename Fill>
    bool push(Fill&& fill) {
        std::uint64_t position = ends_->tail.load(std::memory_order_relaxed);
        do {
            if (position - ends_->head.load(std::memory_order_acquire) >= capacity_) return false;
        } while (
            !ends_->tail.compare_exchange_weak(position, position + 1, std::memory_order_relaxed));
        Slot& slot = slot_at(position);
        fill(slot.item);
        slot.published.store(position + 1, std::memory_order_release);
        return true;
    }

    /// The consumer. The item with `skip` older ones before it, or nullptr if it
    /// is not there (or its producer is still writing it). Valid until popped.
    const T* peek(std::size_t skip = 0) const {
        const std::uint64_t position = ends_->head.load(std::memory_order_relaxed) + skip;
        const Slot& slot = slot_at(position);
        if (slot.published.load(std::memory_order_acquire) != position + 1) return nullptr;
        return &slot.item;
    }
    /// The further bytes beside an item: to be written within push(), read from an
    /// item that peek() has shown.
    [[nodiscard]] std::uint8_t* room_of(T& item) const {
        return reinterpret_cast<std::uint8_t*>(&item + 1);
    }
    [[nodiscard]] const std::uint8_t* room_of(const T& item) const {
        return reinterpret_cast<const std::uint8_t*>(&item + 1);
    }
    [[nodiscard]] std::size_t room() const { return room_; }

    /// The consumer; only as many as peek() has shown.
    void pop(std::size_t count = 1) {
        ends_->head.store(ends_->head.load(std::memory_order_relaxed) + count,
                          std::memory_order_release);
    }

    /// Takes out positions that were claimed by a producer which ended before it
    /// published them; returns how many. Only while nobody else uses the ring.
    std::size_t repair();

    /// Positions claimed so far by producers. Any thread.
    [[nodiscard]] std::uint64_t pushed() const {
        return ends_->tail.load(std::memory_order_acquire);
    }
    /// Items taken out so far. Any thread.
    [[nodiscard]] std::uint64_t popped() const {
        return ends_->head.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

private:
    struct alignas(64) Ends {
        std::atomic<std::uint64_t> tail{0};
        alignas(64) std::atomic<std::uint64_t> head{0};
    };
    struct Slot {
        std::atomic<std::uint64_t> published{0};  ///< position + 1 of what it holds
        T item;
    };

    [[nodiscard]] Slot& slot_at(std::uint64_t position) const {
        return *std::launder(reinterpret_cast<Slot*>(slots_ + (position & mask_) * stride_));
    }

    std::size_t capacity_;
    std::size_t mask_;
    std::size_t room_;
    std::size_t stride_;  ///< bytes from one slot to the next
    SharedMemory memory_;
    Ends* ends_;
    std::byte* slots_;
};

template <typename T>
std::size_t Ring<T>::repair() {
    const std::uint64_t tail = pushed();
    std::uint64_t kept = popped();
    for (std::uint64_t position = kept; position != tail; ++position) {
        Slot& from = slot_at(position);
        if (from.published.load() != position + 1) continue;
        Slot& to = slot_at(kept);
        if (&to != &from) {
            to.item = from.item;
            std::memcpy(room_of(to.item), room_of(std::as_const(from.item)), room_);
            to.published.store(kept + 1);
            from.published.store(0);
        }
        ++kept;
    }
    ends_->tail.store(kept);
    return static_cast<std::size_t>(tail - kept);
}

}  // namespace nflogd
