// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/network.hpp"

#include <arpa/inet.h>

#include "catch.hpp"

using namespace nflogd;

namespace {

IpAddress address(const char* text) {
    IpAddress made{};
    const bool v6 = std::string_view(text).find(':') != std::string_view::npos;
    REQUIRE(::inet_pton(v6 ? AF_INET6 : AF_INET, text, made.bytes.data()) == 1);
    return made;
}

Network network(const char* text, std::uint8_t length) {
    const bool v6 = std::string_view(text).find(':') != std::string_view::npos;
    return {static_cast<std::uint8_t>(v6 ? 6 : 4), length, address(text).bytes};
}

Headers from_to(const char* source, const char* destination) {
    Headers headers;
    headers.ip_version = std::string_view(source).find(':') != std::string_view::npos ? 6 : 4;
    headers.src_ip = address(source);
    headers.dest_ip = address(destination);
    headers.set(HeaderField::src_ip);
    headers.set(HeaderField::dest_ip);
    return headers;
}

}  // namespace

TEST_CASE("a network holds its addresses and no other") {
    REQUIRE(network("10.0.0.0", 8).contains(address("10.255.255.255"), 4));
    REQUIRE_FALSE(network("10.0.0.0", 8).contains(address("11.0.0.0"), 4));
    REQUIRE(network("192.0.2.128", 25).contains(address("192.0.2.255"), 4));
    REQUIRE_FALSE(network("192.0.2.128", 25).contains(address("192.0.2.127"), 4));
    REQUIRE(network("192.0.2.7", 32).contains(address("192.0.2.7"), 4));
    REQUIRE_FALSE(network("192.0.2.7", 32).contains(address("192.0.2.6"), 4));
    REQUIRE(network("0.0.0.0", 0).contains(address("203.0.113.9"), 4));
    REQUIRE_FALSE(network("0.0.0.0", 0).contains(address("::"), 6));
    REQUIRE(network("2001:db8::", 33).contains(address("2001:db8:7fff::1"), 6));
    REQUIRE_FALSE(network("2001:db8::", 33).contains(address("2001:db8:8000::1"), 6));
    REQUIRE(network("::1", 128).contains(address("::1"), 6));
}

TEST_CASE("the direction follows from which ends are inside") {
    const Network inside[] = {network("10.0.0.0", 8), network("fd00::", 8)};
    REQUIRE(direction_of(from_to("192.0.2.1", "10.0.0.1"), inside) == Direction::inbound);
    REQUIRE(direction_of(from_to("10.0.0.1", "192.0.2.1"), inside) == Direction::outbound);
    REQUIRE(direction_of(from_to("10.0.0.1", "10.2.0.1"), inside) == Direction::internal);
    REQUIRE(direction_of(from_to("192.0.2.1", "192.0.2.2"), inside) == Direction::external);
    REQUIRE(direction_of(from_to("fd00::1", "2001:db8::1"), inside) == Direction::outbound);
    REQUIRE(direction_name(Direction::external) == "external");
}

TEST_CASE("without networks or an address there is no direction") {
    const Network inside[] = {network("10.0.0.0", 8)};
    REQUIRE_FALSE(direction_of(from_to("10.0.0.1", "192.0.2.1"), {}).has_value());
    REQUIRE_FALSE(direction_of(Headers{}, inside).has_value());
}
