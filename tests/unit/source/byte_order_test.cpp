// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/byte_order.hpp"

#include <bit>

#include "catch.hpp"
#include "files.hpp"

using namespace nflogd::source;

namespace {

constexpr bool kOurs = std::endian::native == std::endian::big;
constexpr std::uint16_t kNested = 0x8000;

/// Prefix "ab" and padding, a nested VLAN attribute with one inside, a mark.
Buffer message(bool big_endian) {
    Writer bytes{big_endian, {2, 0, 0, 100}};
    bytes.u16(7).u16(10).raw(Buffer{'a', 'b', 0, 0});
    bytes.u16(12).u16(20 | kNested).u16(6).u16(2).raw(Buffer{0x01, 0x23, 0, 0});
    bytes.u16(8).u16(2).raw(Buffer{0, 0, 0, 42});
    return bytes.bytes;
}

Buffer datagram(bool big_endian, std::uint16_t type, const Buffer& body) {
    Writer bytes{big_endian, {}};
    bytes.u32(static_cast<std::uint32_t>(16 + body.size())).u16(type).u16(2).u32(3).u32(4);
    return bytes.raw(body).bytes;
}

Buffer join(const Buffer& a, const Buffer& b) { return Writer{false, a}.raw(b).bytes; }

}  // namespace

TEST_CASE("attributes change their byte order, their values do not") {
    Buffer bytes = message(!kOurs);
    swap_nflog_message(bytes);
    REQUIRE(bytes == message(kOurs));
}

TEST_CASE("a datagram changes the byte order of every message in it") {
    const auto make = [](bool big_endian) {
        return join(datagram(big_endian, 0x0400, message(big_endian)),
                    join(datagram(big_endian, 0x0400, message(big_endian)),
                         datagram(big_endian, 3, Buffer{0, 0, 0, 0})));
    };
    Buffer bytes = make(!kOurs);
    swap_datagram(bytes);
    REQUIRE(bytes == make(kOurs));
}

TEST_CASE("attributes of other messages are left alone") {
    Buffer bytes = datagram(!kOurs, 0x0101, message(!kOurs));
    swap_datagram(bytes);
    REQUIRE(bytes == datagram(kOurs, 0x0101, message(!kOurs)));
}

TEST_CASE("a cut datagram is swapped up to its cut, and nothing is touched behind it") {
    const Buffer foreign = datagram(!kOurs, 0x0400, message(!kOurs));
    for (std::size_t length = 0; length <= foreign.size(); ++length) {
        Buffer bytes = foreign;
        swap_datagram(std::span(bytes).first(length));
        REQUIRE(std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end(),
                           foreign.begin() + static_cast<std::ptrdiff_t>(length)));
    }
}
