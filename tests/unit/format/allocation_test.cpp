// SPDX-License-Identifier: GPL-2.0-or-later
#include <atomic>
#include <cstdlib>
#include <new>

#include "catch.hpp"
#include "records.hpp"

using namespace nflogd;

namespace {
std::atomic<std::size_t> allocations{0};
}

// NOLINTBEGIN(misc-definitions-in-headers): replaces the global operators
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND

TEST_CASE("10,000 packets are formatted without an allocation") {
    const auto records = fakes::example_records();
    std::string out(format::kMaxPacketText, '\0');
    for (const auto make : {format::make_json, format::make_line}) {
        const auto formatter = make({"gw1", &fakes::example_labels(), false});
        for (const auto& named : records) formatter->packet(named.record, out);
        const std::size_t before = allocations;
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < 10000; ++i) {
            bytes += formatter->packet(records[i % records.size()].record, out);
        }
        REQUIRE(allocations == before);
        REQUIRE(bytes > 10000);
    }
}
