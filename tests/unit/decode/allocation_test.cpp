// SPDX-License-Identifier: GPL-2.0-or-later
// Decoding is on the hot path: it must not touch the heap.
#include <cstdlib>
#include <new>

#include "catch.hpp"
#include "record_of.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace nflogd;
using namespace nflogd::decode;

TEST_CASE("10,000 records are decoded without one allocation") {
    std::vector<Buffer> datagrams;
    for (const auto& name : fixture_names()) datagrams.push_back(fixture(name));
    Record record;
    std::size_t decoded = 0;
    const auto before = allocations;
    while (decoded < 10'000) {
        for (const auto& datagram : datagrams) {
            DatagramReader reader(datagram, kReceived);
            while (reader.next(record)) ++decoded;
        }
    }
    const auto after = allocations;
    CHECK(after == before);
    CHECK(decoded >= 10'000);
}

TEST_CASE("the count of allocations counts") {
    const auto before = allocations;
    const Buffer bytes = repeated(4096);
    CHECK(bytes.size() == 4096);
    CHECK(allocations > before);
}
