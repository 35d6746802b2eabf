// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/cursor.hpp"

#include <array>

#include "catch.hpp"

using nflogd::Bytes;
using nflogd::Cursor;

namespace {
constexpr std::array<std::uint8_t, 8> kBytes = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
}

TEST_CASE("a cursor reads network order") {
    Cursor cursor{Bytes(kBytes)};
    std::uint8_t u8 = 0;
    std::uint16_t u16 = 0;
    std::uint32_t u32 = 0;
    REQUIRE(cursor.u8(u8));
    REQUIRE(cursor.be16(u16));
    REQUIRE(cursor.be32(u32));
    REQUIRE(u8 == 0x01);
    REQUIRE(u16 == 0x0203);
    REQUIRE(u32 == 0x04050607);
    REQUIRE(cursor.remaining() == 1);
    std::uint64_t u64 = 0;
    REQUIRE(Cursor{Bytes(kBytes)}.be64(u64));
    REQUIRE(u64 == 0x0102030405060708);
}

TEST_CASE("a read past the end moves nothing and changes nothing") {
    Cursor cursor{Bytes(kBytes).first(3)};
    std::uint32_t value = 42;
    REQUIRE_FALSE(cursor.be32(value));
    REQUIRE_FALSE(cursor.host32(value));
    REQUIRE(value == 42);
    REQUIRE_FALSE(cursor.skip(4));
    Bytes out;
    REQUIRE_FALSE(cursor.take(4, out));
    REQUIRE(cursor.remaining() == 3);
    REQUIRE(cursor.skip(3));
    REQUIRE(cursor.empty());
}
