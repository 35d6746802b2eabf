// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/writer.hpp"

#include <arpa/inet.h>

#include <random>
#include <string>

#include "catch.hpp"

using namespace nflogd;
using format::Writer;

namespace {

template <typename Write>
std::string written(Write write) {
    std::array<char, 128> buffer;
    Writer writer(buffer.data());
    write(writer);
    return {buffer.data(), writer.position()};
}

std::string ipv6(const std::string& text) {
    std::array<std::uint8_t, 16> bytes{};
    REQUIRE(::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1);
    return written([&](Writer& writer) { writer.ipv6(bytes.data()); });
}

}  // namespace

TEST_CASE("decimals at every length") {
    std::uint64_t value = 1;
    for (int digits = 1; digits <= 20; ++digits, value *= 10) {
        for (const std::uint64_t number : {value - 1, value, value + 1, value * 9}) {
            REQUIRE(written([&](Writer& w) { w.decimal(number); }) == std::to_string(number));
        }
    }
    REQUIRE(written([](Writer& w) { w.decimal(~std::uint64_t{0}); }) == "18446744073709551615");
}

TEST_CASE("decimals of one and two bytes, all of them") {
    for (unsigned number = 0; number <= 0xffff; ++number) {
        const auto two_bytes = static_cast<std::uint16_t>(number);
        if (written([&](Writer& w) { w.decimal(two_bytes); }) != std::to_string(number)) {
            FAIL(number);
        }
        if (number > 0xff) continue;
        const auto byte = static_cast<std::uint8_t>(number);
        REQUIRE(written([&](Writer& w) { w.decimal(byte); }) == std::to_string(number));
    }
}

TEST_CASE("IPv6 addresses as RFC 5952 wants them") {
    for (const std::string text :
         {"::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1",
          "2001:db8::1:0:0:1", "fe80::d8bc:f7ff:fe18:65fd", "1:2:3:4:5:6:7:8",
          "0:1::", "::ffff:192.0.2.1", "64:ff9b::c000:201", "1:0:0:2::", "::2:0:0:0:1"}) {
        CAPTURE(text);
        const std::string ours = ipv6(text);
        std::array<std::uint8_t, 16> bytes{};
        std::array<std::uint8_t, 16> again{};
        ::inet_pton(AF_INET6, text.c_str(), bytes.data());
        REQUIRE(::inet_pton(AF_INET6, ours.c_str(), again.data()) == 1);
        REQUIRE(bytes == again);
    }
    REQUIRE(ipv6("2001:0db8:0:0:0:0:2:1") == "2001:db8::2:1");        // 4.2.1
    REQUIRE(ipv6("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");  // 4.2.2
    REQUIRE(ipv6("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");           // 4.2.3
    REQUIRE(ipv6("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
    REQUIRE(ipv6("::FFFF:c000:0201") == "::ffff:192.0.2.1");  // 5
    REQUIRE(ipv6("::c000:0201") == "::c000:201");
}

TEST_CASE("10,000 addresses as inet_ntop writes them") {
    std::mt19937 random(20261123);
    for (int i = 0; i < 10000; ++i) {
        std::array<std::uint8_t, 16> bytes{};
        bytes[0] = static_cast<std::uint8_t>(random() | 1);  // inet_ntop has its own mind on ::/96
        for (std::size_t k = 1; k < 16; ++k) {
            if (random() % 2 == 0) bytes[k] = static_cast<std::uint8_t>(random());
        }
        std::array<char, INET6_ADDRSTRLEN> expected{};
        ::inet_ntop(AF_INET6, bytes.data(), expected.data(), expected.size());
        REQUIRE(written([&](Writer& w) { w.ipv6(bytes.data()); }) == expected.data());
        ::inet_ntop(AF_INET, bytes.data(), expected.data(), expected.size());
        REQUIRE(written([&](Writer& w) { w.ipv4(bytes.data()); }) == expected.data());
    }
}

TEST_CASE("hardware addresses and types are lower-case hex") {
    REQUIRE(written([](Writer& w) { w.mac({0xAB, 0, 1, 0xFF, 0x10, 9}); }) == "ab:00:01:ff:10:09");
    REQUIRE(written([](Writer& w) { w.hex16(0x86DD); }) == "0x86dd");
}
