// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Memory that a process has in common with the processes it forks: what one of
/// them wrote is there for the others, even after it was killed (mmap(2),
/// MAP_SHARED | MAP_ANONYMOUS).
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace nflogd {

/// Zeroed pages. Unmapped with the object, in this process only.
class SharedMemory {
public:
    /// Throws std::bad_alloc like operator new.
    explicit SharedMemory(std::size_t bytes);
    SharedMemory(SharedMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
    SharedMemory& operator=(SharedMemory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~SharedMemory();

    [[nodiscard]] void* data() const { return data_; }

private:
    void* data_;
    std::size_t bytes_;
};

/// One object in shared memory. It must hold no pointer, lock or thread, since
/// whoever uses it may be killed at any instruction.
template <typename T>
class Shared {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    Shared() : memory_(sizeof(T)), object_(new (memory_.data()) T) {}
    T* operator->() const { return object_; }
    T& operator*() const { return *object_; }

private:
    SharedMemory memory_;
    T* object_;
};

}  // namespace nflogd
