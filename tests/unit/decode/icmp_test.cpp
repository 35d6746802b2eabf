// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "catch.hpp"
#include "describe.hpp"
#include "record_of.hpp"

using namespace nflogd::decode;

namespace {

Buffer icmp(std::uint8_t type, std::uint8_t code, const Buffer& body) {
    return Buffer{type, code, 0, 0} + body;
}

std::string in_v4(const Buffer& message) {
    return describe_transport(record_of_ip(ipv4({.proto = IPPROTO_ICMP}, message)));
}

std::string in_v6(const Buffer& message) {
    return describe_transport(record_of_ip(ipv6({.next = IPPROTO_ICMPV6}, message)));
}

const Buffer kBody = be16(258) + be16(772);
const std::string kInnerV4 =
    "inner{ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 proto=udp proto_number=17 "
    "length=1028 ttl=64 tos=0 ip_id=1 df=false mf=false fragment_offset=0";
const std::string kInnerPorts = " src_port=1 dest_port=2 udp_length=1008}";

/// The IP header and eight bytes of a UDP packet of 1028 bytes.
Buffer quote() { return ipv4({.proto = 17, .length = 1028}, udp(1008)); }

Buffer first(const Buffer& bytes, std::size_t count) {
    return {bytes.begin(), bytes.begin() + static_cast<long>(count)};
}

}  // namespace

TEST_CASE("ICMP messages by type") {
    for (const auto type : std::initializer_list<std::uint8_t>{0, 8, 13, 14, 15, 16, 17, 18}) {
        CHECK(in_v4(icmp(type, 0, kBody)) ==
              "1: icmp_type=" + std::to_string(type) + " icmp_code=0 icmp_id=258 icmp_seq=772");
    }
    CHECK(in_v4(icmp(9, 7, kBody)) == "1: icmp_type=9 icmp_code=7");
    CHECK(in_v4(icmp(255, 255, kBody)) == "1: icmp_type=255 icmp_code=255");
    CHECK(in_v4(icmp(5, 1, hex("c0000207"))) ==
          "1: icmp_type=5 icmp_code=1 icmp_gateway=192.0.2.7");
    CHECK(in_v4(icmp(3, 4, be32(1400))) == "1: icmp_type=3 icmp_code=4 icmp_mtu=1400");
    CHECK(in_v4(icmp(3, 4, be32(0))) == "1: icmp_type=3 icmp_code=4 icmp_mtu=0");
    CHECK(in_v4(icmp(3, 3, be32(1400))) == "1: icmp_type=3 icmp_code=3");
}

TEST_CASE("ICMPv6 messages by type") {
    CHECK(in_v6(icmp(128, 0, kBody)) == "58: icmp_type=128 icmp_code=0 icmp_id=258 icmp_seq=772");
    CHECK(in_v6(icmp(129, 0, kBody)) == "58: icmp_type=129 icmp_code=0 icmp_id=258 icmp_seq=772");
    CHECK(in_v6(icmp(2, 0, be32(1280))) == "58: icmp_type=2 icmp_code=0 icmp_mtu=1280");
    CHECK(in_v6(icmp(135, 0, kBody)) == "58: icmp_type=135 icmp_code=0");
}

TEST_CASE("ICMP shorter than its header") {
    const std::string wrong = " malformed=\"transport header longer than its IP packet\"";
    CHECK(in_v4({}) == "1:" + wrong);
    CHECK(in_v4({8}) == "1: icmp_type=8" + wrong);
    CHECK(in_v4({3, 4}) == "1: icmp_type=3 icmp_code=4" + wrong);
    CHECK(in_v4(icmp(8, 0, be16(258))) == "1: icmp_type=8 icmp_code=0 icmp_id=258" + wrong);
    CHECK(in_v6({128}) == "58: icmp_type=128" + wrong);
}

TEST_CASE("ICMP errors quote the packet they are about") {
    for (const auto type : std::initializer_list<std::uint8_t>{3, 4, 11, 12}) {
        CHECK(in_v4(icmp(type, 1, be32(0)) + quote()) ==
              "1: icmp_type=" + std::to_string(type) + " icmp_code=1 " + kInnerV4 + kInnerPorts);
    }
    const auto text = in_v4(icmp(5, 0, hex("c0000207")) + quote());
    CHECK(text == "1: icmp_type=5 icmp_code=0 icmp_gateway=192.0.2.7 " + kInnerV4 + kInnerPorts);
    CHECK(in_v4(icmp(8, 0, kBody) + quote()) ==
          "1: icmp_type=8 icmp_code=0 icmp_id=258 icmp_seq=772");
}

TEST_CASE("ICMPv6 errors quote the packet they are about") {
    const auto quoted = ipv6({.next = 60, .length = 1016}, extension(17) + udp(1008));
    const std::string inner =
        " inner{ip_version=6 src_ip=2001:db8::1 dest_ip=2001:db8::2 proto=udp proto_number=17 "
        "length=1056 ttl=64 tos=0 flow_label=0 src_port=1 dest_port=2 udp_length=1008}";
    for (const auto type : std::initializer_list<std::uint8_t>{1, 3, 4}) {
        CHECK(in_v6(icmp(type, 0, be32(0)) + quoted) ==
              "58: icmp_type=" + std::to_string(type) + " icmp_code=0" + inner);
    }
    CHECK(in_v6(icmp(2, 0, be32(1280)) + quoted) ==
          "58: icmp_type=2 icmp_code=0 icmp_mtu=1280" + inner);
}

TEST_CASE("a quote that its sender cut is no fault of the record") {
    const auto error = icmp(3, 1, be32(0));
    const std::string outer = "1: icmp_type=3 icmp_code=1";
    CHECK(in_v4(error + first(quote(), 20)) == outer + ' ' + kInnerV4 + '}');
    CHECK(in_v4(error + first(quote(), 24)) == outer + ' ' + kInnerV4 + " src_port=1 dest_port=2}");
    CHECK(in_v4(error + first(quote(), 2)) == outer + " inner{ip_version=4 tos=0}");
    CHECK(in_v4(error) == outer);
    const auto tcp_quote = ipv4({.length = 1500}, first(tcp(), 8));
    CHECK(in_v4(error + tcp_quote) ==
          outer +
              " inner{ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 proto=tcp proto_number=6 "
              "length=1500 ttl=64 tos=0 ip_id=1 df=false mf=false fragment_offset=0 "
              "src_port=1 dest_port=2 tcp_seq=3}");
}

TEST_CASE("a quote that our snaplen cut makes the record truncated") {
    const auto packet = ipv4({.proto = 1}, icmp(3, 1, be32(0)) + quote());
    const std::string outer = "1: icmp_type=3 icmp_code=1";
    CHECK(describe_transport(record_of_ip(first(packet, 28))) == outer + " truncated=true");
    CHECK(describe_transport(record_of_ip(first(packet, 48))) ==
          outer + " truncated=true " + kInnerV4 + '}');
    CHECK(describe_transport(record_of_ip(first(packet, 54))) ==
          outer + ' ' + kInnerV4 + kInnerPorts);
}

TEST_CASE("a quote that cannot be right does not make the record malformed") {
    const auto error = icmp(3, 1, be32(0));
    const std::string outer = "1: icmp_type=3 icmp_code=1";
    CHECK(in_v4(error + ipv6({.next = 17}, udp(8))) == outer);
    CHECK(in_v4(error + repeated(28)) == outer);
    CHECK(in_v4(error + ipv4({.proto = 17, .length = 1028}, udp(3))) ==
          outer + ' ' + kInnerV4 + " src_port=1 dest_port=2 udp_length=3}");
}

TEST_CASE("a quoted ICMP error is not followed into its own quote") {
    const auto once = ipv4({.proto = 1}, icmp(3, 1, be32(0)) + quote());
    CHECK(in_v4(icmp(11, 0, be32(0)) + once) ==
          "1: icmp_type=11 icmp_code=0 inner{ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 "
          "proto=icmp proto_number=1 length=56 ttl=64 tos=0 ip_id=1 df=false mf=false "
          "fragment_offset=0 icmp_type=3 icmp_code=1}");
}
