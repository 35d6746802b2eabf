// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "catch.hpp"
#include "describe.hpp"
#include "record_of.hpp"

using namespace nflogd::decode;

namespace {

struct Row {
    const char* what;
    Buffer packet;
    int family;
    std::string text;
};

const std::string kV4 = "ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 ";
const std::string kV4Rest = " ttl=64 tos=0 ip_id=1 df=false mf=false fragment_offset=0";
const std::string kV6 = "ip_version=6 src_ip=2001:db8::1 dest_ip=2001:db8::2 ";
const std::string kV6Rest = " ttl=64 tos=0 flow_label=0";
const std::string kPorts = " src_port=1 dest_port=2";
const std::string kTcp = " src_port=1 dest_port=2 tcp_flags=0x002 tcp_seq=3 tcp_ack=4 tcp_window=5";

Buffer jumbo(std::uint32_t length, std::uint8_t next = IPPROTO_UDP) {
    return Buffer{next, 0, 0xc2, 4} + be32(length);
}

Buffer with_byte(Buffer bytes, std::size_t at, std::uint8_t value) {
    bytes.at(at) = value;
    return bytes;
}

void check(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        INFO(row.what);
        CHECK(describe(record_of_ip(row.packet, row.family)) == row.text);
    }
}

}  // namespace

TEST_CASE("the version nibble is what the link layer announced") {
    const std::string wrong = "malformed=\"wrong IP version\"";
    const auto v4 = ipv4({.proto = IPPROTO_GRE}, {});
    const auto v6 = ipv6({.next = IPPROTO_NONE}, {});
    const auto v4_text = kV4 + "proto=gre proto_number=47 length=20" + kV4Rest;
    const auto v6_text = kV6 + "proto_number=59 length=40" + kV6Rest;
    check({
        {"4 where 4 must be", v4, 4, v4_text},
        {"4 found", v4, 0, v4_text},
        {"4 where 6 must be", v4, 6, wrong},
        {"6 where 6 must be", v6, 6, v6_text},
        {"6 found", v6, 0, v6_text},
        {"6 where 4 must be", v6, 4, wrong},
        {"version 0", repeated(40), 0, wrong},
        {"version 15", repeated(40, 0xff), 0, wrong},
        {"no byte at all", {}, 0, "truncated=true"},
    });
}

TEST_CASE("IPv4 headers") {
    const auto gre = "proto=gre proto_number=47 ";
    check({
        {"don't fragment", ipv4({.proto = 47, .fragment = 0x4000}, {}), 4,
         kV4 + gre + "length=20 ttl=64 tos=0 ip_id=1 df=true mf=false fragment_offset=0"},
        {"the reserved flag has no field", ipv4({.proto = 47, .fragment = 0x8000}, {}), 4,
         kV4 + gre + "length=20" + kV4Rest},
        {"protocol without a name", ipv4({.proto = 253}, {}), 4,
         kV4 + "proto_number=253 length=20" + kV4Rest},
        {"protocol 0 is known", ipv4({.proto = 0}, {}), 4,
         kV4 + "proto=hopopt proto_number=0 length=20" + kV4Rest},
        {"options are skipped", ipv4({.ihl = 15, .options = repeated(40, 1)}, tcp()), 4,
         kV4 + "proto=tcp proto_number=6 length=80" + kV4Rest + kTcp},
        {"options that run past their own end",
         ipv4({.ihl = 6, .options = {0x44, 0xff, 5, 0}}, tcp()), 4,
         kV4 + "proto=tcp proto_number=6 length=44" + kV4Rest + kTcp},
        {"header length 0", ipv4({.ihl = 0}, tcp()), 4,
         "malformed=\"IPv4 header length below 20\" " + kV4 + "proto=tcp proto_number=6 length=40" +
             kV4Rest},
        {"header length 16", ipv4({.ihl = 4}, tcp()), 4,
         "malformed=\"IPv4 header length below 20\" " + kV4 + "proto=tcp proto_number=6 length=40" +
             kV4Rest},
        {"total length below the header", ipv4({.length = 19}, tcp()), 4,
         "malformed=\"IPv4 total length shorter than its header\" " + kV4 +
             "proto=tcp proto_number=6 length=19" + kV4Rest},
        {"total length within the options", ipv4({.ihl = 6, .length = 20}, tcp()), 4,
         "malformed=\"IPv4 total length shorter than its header\" " + kV4 +
             "proto=tcp proto_number=6 length=20" + kV4Rest},
        {"total length 0 of a merged TCP segment", ipv4({.length = 0}, tcp()), 4,
         kV4 + "proto=tcp proto_number=6" + kV4Rest + kTcp},
        {"total length 0 of anything else", ipv4({.proto = 17, .length = 0}, udp(8)), 4,
         "malformed=\"IPv4 total length shorter than its header\" " + kV4 +
             "proto=udp proto_number=17" + kV4Rest},
        {"padding behind the packet is no header", ipv4({.length = 20}, tcp()), 4,
         "malformed=\"TCP header longer than its IP packet\" " + kV4 +
             "proto=tcp proto_number=6 length=20" + kV4Rest},
    });
}

TEST_CASE("IPv4 fragments") {
    const auto first = " ttl=64 tos=0 ip_id=1 df=false mf=true fragment_offset=0";
    check({
        {"first", ipv4({.proto = 17, .fragment = 0x2000}, udp(4000)), 4,
         kV4 + "proto=udp proto_number=17 length=28" + first + kPorts + " udp_length=4000"},
        {"tiny first", ipv4({.fragment = 0x2000}, repeated(8, 1)), 4,
         "malformed=\"TCP header longer than its IP packet\" " + kV4 +
             "proto=tcp proto_number=6 length=28" + first +
             " src_port=257 dest_port=257 tcp_seq=16843009"},
        {"later ones have no ports", ipv4({.proto = 17, .fragment = 0x2001}, udp(8)), 4,
         kV4 + "proto=udp proto_number=17 length=28"
               " ttl=64 tos=0 ip_id=1 df=false mf=true fragment_offset=1"},
        {"last", ipv4({.proto = 17, .fragment = 0x1fff}, {}), 4,
         kV4 + "proto=udp proto_number=17 length=20"
               " ttl=64 tos=0 ip_id=1 df=false mf=false fragment_offset=8191"},
    });
}

TEST_CASE("IPv6 headers") {
    check({
        {"TCP", ipv6({.flow_label = 0xabcde}, tcp()), 6,
         kV6 + "proto=tcp proto_number=6 length=60 ttl=64 tos=0 flow_label=703710" + kTcp},
        {"traffic class", with_byte(ipv6({.flow_label = 0x0b800000}, tcp()), 0, 0x6b), 6,
         kV6 + "proto=tcp proto_number=6 length=60 ttl=64 tos=184 flow_label=0" + kTcp},
        {"no next header", ipv6({.next = 59}, repeated(8)), 6,
         kV6 + "proto_number=59 length=48" + kV6Rest},
        {"no next header and no payload", ipv6({.next = 59, .length = 0}, repeated(8)), 6,
         kV6 + "proto_number=59 length=40" + kV6Rest},
        {"no payload", ipv6({.next = 17}, {}), 6,
         "malformed=\"UDP length impossible\" " + kV6 + "proto=udp proto_number=17 length=40" +
             kV6Rest},
        {"payload length 0 where bytes follow", ipv6({.length = 0}, tcp()), 6,
         "malformed=\"IPv6 payload length 0\" " + kV6 + "proto=tcp proto_number=6" + kV6Rest +
             kTcp},
        {"padding behind the packet is no header", ipv6({.length = 4}, tcp()), 6,
         "malformed=\"TCP header longer than its IP packet\" " + kV6 +
             "proto=tcp proto_number=6 length=44" + kV6Rest + kPorts},
    });
}

TEST_CASE("IPv6 jumbograms tell their length in an option") {
    const auto udp_text = " src_port=1 dest_port=2 udp_length=0";
    const auto proto = kV6 + "proto=udp proto_number=17";
    const std::string unknown = "malformed=\"IPv6 payload length 0\" ";
    const auto packet = [](const Buffer& options) {
        return ipv6({.next = 0, .length = 0}, options + udp(0));
    };
    check({
        {"jumbogram", packet(jumbo(100'000)), 6, proto + " length=100040" + kV6Rest + udp_text},
        {"behind other options",
         packet(Buffer{17, 1, 0, 5, 2, 9, 9, 0, 0xc2, 4} + be32(70'000) + repeated(2)), 6,
         proto + " length=70040" + kV6Rest + udp_text},
        {"no option: the length is not known", packet(extension(17)), 6,
         "malformed=\"UDP length impossible\" " + proto + kV6Rest + udp_text},
        {"too small for a jumbogram", packet(jumbo(65'535)), 6,
         unknown + proto + kV6Rest + udp_text},
        {"too large for the record", packet(jumbo(0xfffffff0)), 6,
         unknown + proto + kV6Rest + udp_text},
        {"option of another size", packet(Buffer{17, 0, 0xc2, 3, 0, 1, 1, 1}), 6,
         "malformed=\"UDP length impossible\" " + proto + kV6Rest + udp_text},
        {"option that runs past its header", packet(Buffer{17, 0, 5, 200, 0, 0, 0, 0}), 6,
         "malformed=\"UDP length impossible\" " + proto + kV6Rest + udp_text},
        {"option without a length", packet(Buffer{17, 0, 0, 0, 0, 0, 0, 5}), 6,
         "malformed=\"UDP length impossible\" " + proto + kV6Rest + udp_text},
        {"a UDP length of 0 needs a jumbogram", ipv6({.next = 17}, udp(0)), 6,
         "malformed=\"UDP length impossible\" " + proto + " length=48" + kV6Rest + udp_text},
        {"cut right behind the fixed header", ipv6({.next = 0, .length = 0}, {}), 6,
         "truncated=true " + kV6 + kV6Rest.substr(1)},
    });
}

TEST_CASE("IPv6 extension headers") {
    const auto text = [](const std::string& proto, unsigned length, const std::string& more = "") {
        return kV6 + proto + " length=" + std::to_string(length) + kV6Rest + more;
    };
    Buffer routing0 = extension(6, 2);
    Buffer sixteen;
    for (int i = 0; i < 15; ++i) sixteen = sixteen + extension(60);
    check({
        {"hop-by-hop", ipv6({.next = 0}, extension(6) + tcp()), 6,
         text("proto=tcp proto_number=6", 68, kTcp)},
        {"routing header of type 0", ipv6({.next = 43}, routing0 + tcp()), 6,
         text("proto=tcp proto_number=6", 84, kTcp)},
        {"one of each kind",
         ipv6({.next = 0}, extension(43) + extension(60) + extension(135) + extension(139) +
                               extension(140) + extension(6, 1) + tcp()),
         6, text("proto=tcp proto_number=6", 116, kTcp)},
        {"authentication",
         ipv6({.next = 51}, Buffer{17, 4, 0, 0} + be32(0x1001) + repeated(16) + udp(8)), 6,
         text("proto=udp proto_number=17", 72, kPorts + " udp_length=8 spi=4097")},
        {"authentication of 8 bytes", ipv6({.next = 51}, Buffer{17, 0, 0, 0} + be32(7) + udp(8)), 6,
         "malformed=\"AH length below 12\" " + kV6 + "length=56" + kV6Rest + " spi=7"},
        {"ESP hides the rest", ipv6({.next = 60}, extension(50) + be32(0x2002) + be32(1)), 6,
         text("proto=esp proto_number=50", 56, " spi=8194")},
        {"none behind options", ipv6({.next = 60}, extension(59)), 6, text("proto_number=59", 48)},
        {"sixteen", ipv6({.next = 60}, sixteen + extension(6) + tcp()), 6,
         text("proto=tcp proto_number=6", 188, kTcp)},
        {"seventeen", ipv6({.next = 60}, sixteen + extension(60) + extension(6) + tcp()), 6,
         "malformed=\"too many IPv6 extension headers\" " + kV6 + "length=196" + kV6Rest},
        {"longer than the packet", ipv6({.next = 60}, Buffer{6, 200} + repeated(6) + tcp()), 6,
         "malformed=\"transport header longer than its IP packet\" " + kV6 + "length=68" + kV6Rest},
        {"packet ends where one must be", ipv6({.next = 60}, extension(60)), 6,
         "malformed=\"transport header longer than its IP packet\" " + kV6 + "length=48" + kV6Rest},
        {"packet ends within one", ipv6({.next = 60}, repeated(7)), 6,
         "malformed=\"transport header longer than its IP packet\" " + kV6 + "length=47" + kV6Rest},
    });
}

TEST_CASE("IPv6 fragments") {
    const auto text = [](const std::string& proto, const char* length, const std::string& more,
                         const std::string& rest = "") {
        return kV6 + proto + "length=" + length + " ttl=64 tos=0 ip_id=16909060 " + more +
               " flow_label=0" + rest;
    };
    const std::string udp_name = "proto=udp proto_number=17 ";
    check({
        {"first", ipv6({.next = 44}, fragment(17, 0, true) + udp(4000)), 6,
         text(udp_name, "56", "mf=true fragment_offset=0", kPorts + " udp_length=4000")},
        {"later", ipv6({.next = 44}, fragment(17, 181, false) + udp(8)), 6,
         text(udp_name, "56", "mf=false fragment_offset=181")},
        {"later, of a packet with options", ipv6({.next = 44}, fragment(60, 181, true) + udp(8)), 6,
         text("proto_number=60 ", "56", "mf=true fragment_offset=181")},
        {"atomic", ipv6({.next = 44}, fragment(17, 0, false) + udp(8)), 6,
         text(udp_name, "56", "mf=false fragment_offset=0", kPorts + " udp_length=8")},
        {"options in the first", ipv6({.next = 44}, fragment(60, 0, true) + extension(17) + udp(8)),
         6, text(udp_name, "64", "mf=true fragment_offset=0", kPorts + " udp_length=8")},
        {"twice", ipv6({.next = 44}, fragment(44, 0, true) + fragment(17, 0, false) + udp(8)), 6,
         "malformed=\"IPv6 fragment header twice\" " + text("", "64", "mf=true fragment_offset=0")},
        {"tiny first", ipv6({.next = 44}, fragment(6, 0, true) + be16(1) + be16(2)), 6,
         "malformed=\"TCP header longer than its IP packet\" " +
             text("proto=tcp proto_number=6 ", "52", "mf=true fragment_offset=0", kPorts)},
    });
}
