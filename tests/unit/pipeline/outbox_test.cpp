// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/outbox.hpp"

#include "catch.hpp"
#include "fakes/text_formatter.hpp"

using namespace nflogd;
using pipeline::Outbox;

namespace {

std::string text_of(const Outbox& outbox) {
    const sink::Batch batch = outbox.batch();
    return {batch.bytes.data(), batch.bytes.size()};
}

void add(Outbox& outbox, std::uint32_t seq) {
    fakes::TextFormatter formatter;
    Record record;
    record.clear();
    record.seq = seq;
    outbox.add(formatter, record);
}

}  // namespace

TEST_CASE("what was taken leaves, the rest moves up") {
    Outbox outbox;
    for (std::uint32_t seq = 1; seq <= 4; ++seq) add(outbox, seq);
    REQUIRE(text_of(outbox) == "packet 1\npacket 2\npacket 3\npacket 4\n");
    REQUIRE(outbox.remove(0) == 0);
    REQUIRE(outbox.remove(3) == 3);
    REQUIRE(text_of(outbox) == "packet 4\n");
    REQUIRE(outbox.packets() == 1);
    REQUIRE(outbox.batch().ends.size() == 1);
    REQUIRE(outbox.batch().ends[0] == outbox.batch().bytes.size());
    add(outbox, 5);
    REQUIRE(text_of(outbox) == "packet 4\npacket 5\n");
    REQUIRE(outbox.remove(2) == 2);
    REQUIRE(outbox.empty());
}

TEST_CASE("an event is one record and no packet") {
    Outbox outbox;
    fakes::TextFormatter formatter;
    outbox.put_event(formatter, Event(Lifecycle{0, "started", {}}));
    REQUIRE(text_of(outbox) == "started\n");
    REQUIRE(outbox.packets() == 0);
    REQUIRE(outbox.remove(1) == 0);
    REQUIRE(outbox.empty());
    add(outbox, 9);
    REQUIRE(text_of(outbox) == "packet 9\n");
}

TEST_CASE("there is no room left before a record might not fit") {
    Outbox outbox;
    std::uint32_t added = 0;
    while (outbox.has_room()) add(outbox, added++);
    REQUIRE(added == Outbox::kRecords);
    REQUIRE(outbox.batch().bytes.size() + format::kMaxPacketText <= Outbox::kBytes);
}
