// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Counts every allocation of this program.
#include <atomic>
#include <cstdlib>
#include <new>

#include "sink/support.hpp"

namespace {

std::atomic<std::uint64_t> count{0};

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    count.fetch_add(1, std::memory_order_relaxed);
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
    if (void* memory = ::operator new(size, std::nothrow)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace nflogd::sink::test {

std::uint64_t allocations() { return count.load(std::memory_order_relaxed); }

}  // namespace nflogd::sink::test
