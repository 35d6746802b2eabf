// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/replay.hpp"

#include <array>

#include "catch.hpp"

using namespace nflogd;

namespace {

/// IPv4, UDP 53 -> 53 with no data, 192.0.2.1 -> 192.0.2.2.
constexpr std::array<std::uint8_t, 28> kUdp = {
    0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0, 53, 0, 53, 0, 8, 0, 0,
};

}  // namespace

TEST_CASE("a raw packet is one record with the time of its capture") {
    const source::Chunk chunk{Bytes(kUdp), source::Encoding::raw_ip, 1234, 0};
    pipeline::ChunkReader reader(chunk);
    Record record;
    REQUIRE(reader.next(record));
    REQUIRE(record.timestamp_ns == 1234);
    REQUIRE(record.has(Field::timestamp));
    REQUIRE(record.payload_length == kUdp.size());
    REQUIRE_FALSE(record.has(Field::group));
    REQUIRE(record.packet.dest_port == 53);
    REQUIRE_FALSE(reader.next(record));
}

TEST_CASE("an Ethernet frame keeps its addresses") {
    std::vector<std::uint8_t> frame = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00};
    frame.insert(frame.end(), kUdp.begin(), kUdp.end());
    const source::Chunk chunk{Bytes(frame), source::Encoding::ethernet, 0, 0};
    pipeline::ChunkReader reader(chunk);
    Record record;
    REQUIRE(reader.next(record));
    REQUIRE(record.dest_mac == MacAddress{2, 0, 0, 0, 0, 1});
    REQUIRE(record.packet.src_port == 53);
}

TEST_CASE("a message too short for a header is no record") {
    const std::array<std::uint8_t, 2> bytes = {2, 0};
    const source::Chunk chunk{Bytes(bytes), source::Encoding::nflog_message, 0, 0};
    pipeline::ChunkReader reader(chunk);
    Record record;
    REQUIRE_FALSE(reader.next(record));
}
