// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/record_ring.hpp"

#include "catch.hpp"
#include "sink/support.hpp"

using namespace nflogd::sink;
using namespace nflogd::sink::test;

namespace {

/// All that the ring holds.
std::string content(const RecordRing& ring) {
    std::string text;
    ring.copy(ring.begin(), ring.end(), text);
    return text;
}

/// Appends all of it, as fits() allows.
void append(RecordRing& ring, const Lines& lines) {
    const Batch batch = lines.batch();
    for (std::size_t first = 0; first < batch.ends.size();) {
        const std::size_t count = ring.fits(batch, first);
        REQUIRE(count > 0);
        const RecordRing::Position begin = ring.begin_after(batch, first, count);
        ring.append(batch, first, count);
        REQUIRE(ring.begin() == begin);
        REQUIRE(ring.end() - ring.begin() <= ring.capacity());
        first += count;
    }
}

}  // namespace

TEST_CASE("a ring holds the newest whole records") {
    RecordRing ring(1000);
    REQUIRE(ring.piece(ring.begin()).empty());
    append(ring, numbered(9, 100));
    REQUIRE(content(ring) == numbered(9, 100).text());
    append(ring, numbered(5, 100, 9));
    REQUIRE(content(ring) == numbered(10, 100, 4).text());
    REQUIRE(ring.begin() == 400);
    append(ring, Lines{std::string(998, 'x')});
    REQUIRE(content(ring) == std::string(998, 'x') + '\n');
}

TEST_CASE("a ring of short records forgets the oldest for want of entries") {
    RecordRing ring(64 * 10);
    for (std::size_t i = 0; i < 100; ++i) append(ring, numbered(1, 10, i));
    REQUIRE(content(ring) == numbered(11, 10, 89).text());
}

TEST_CASE("what will never fit is known before") {
    const RecordRing ring(1000);
    REQUIRE(ring.fits(Lines{std::string(1000, 'x')}.batch(), 0) == 0);
    REQUIRE(ring.fits(Lines{std::string(999, 'x')}.batch(), 0) == 1);
    const Lines lines = numbered(100, 100);
    REQUIRE(ring.fits(lines.batch(), 0) == 2);
    REQUIRE(ring.fits(lines.batch(), 99) == 1);
}

TEST_CASE("boundaries and counts at every position") {
    RecordRing ring(1000);
    append(ring, numbered(30, 83));
    const auto begin = ring.begin();
    REQUIRE(ring.boundary(begin) == begin);
    REQUIRE(ring.boundary(ring.end()) == ring.end());
    REQUIRE(ring.boundary_before(ring.end()) == ring.end());
    for (auto position = begin; position < ring.end(); ++position) {
        const auto next = (position + 82) / 83 * 83;
        REQUIRE(ring.boundary(position) == next);
        REQUIRE(ring.boundary_before(position) == position / 83 * 83);
        REQUIRE(ring.count(next, ring.end()) == (ring.end() - next) / 83);
        std::string text;
        ring.copy(position, next, text);
        REQUIRE(text.size() == next - position);
    }
}
