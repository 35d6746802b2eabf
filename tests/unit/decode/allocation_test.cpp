// SPDX-License-Identifier: GPL-2.0-or-later
// Decoding is on the hot path: it must not touch the heap.
#include "allocations.hpp"
#include "catch.hpp"
#include "record_of.hpp"

using namespace nflogd;
using namespace nflogd::decode;

TEST_CASE("10,000 records are decoded without one allocation") {
    std::vector<Buffer> datagrams;
    for (const auto& name : fixture_names()) datagrams.push_back(fixture(name));
    Record record;
    std::size_t decoded = 0;
    const auto before = allocations();
    while (decoded < 10'000) {
        for (const auto& datagram : datagrams) {
            DatagramReader reader(datagram, kReceived);
            while (reader.next(record)) ++decoded;
        }
    }
    const auto after = allocations();
    CHECK(after == before);
    CHECK(decoded >= 10'000);
}

TEST_CASE("the count of allocations counts") {
    const auto before = allocations();
    const Buffer bytes = repeated(4096);
    CHECK(bytes.size() == 4096);
    CHECK(allocations() > before);
}
