// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "catch.hpp"
#include "describe.hpp"
#include "record_of.hpp"

using namespace nflogd::decode;

namespace {

struct Row {
    const char* what;
    std::uint8_t proto;
    Buffer header;
    std::string text;
};

void check(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        INFO(row.what);
        const auto packet = ipv4({.proto = row.proto}, row.header);
        CHECK(describe_transport(record_of_ip(packet)) == row.text);
    }
}

const std::string kPorts = " src_port=1 dest_port=2";
const std::string kTcpRest = " tcp_seq=3 tcp_ack=4 tcp_window=5";
const std::string kTooShort = " malformed=\"transport header longer than its IP packet\"";

/// The packet of which the first bytes are delivered, as a record's text.
std::string cut(const Buffer& packet, std::size_t delivered) {
    return describe_transport(
        record_of_ip(Buffer(packet.begin(), packet.begin() + static_cast<long>(delivered))));
}

}  // namespace

TEST_CASE("TCP headers") {
    const auto syn = " tcp_flags=0x002";
    const auto all_flags = be16(1) + be16(2) + be32(3) + be32(4) + be16(0x5fff) + be16(5) + be32(0);
    const auto bad_offset = " malformed=\"TCP data offset below 20\"";
    const auto bad_length = " malformed=\"TCP header longer than its IP packet\"";
    check({
        {"without options", 6, tcp(), "6:" + kPorts + syn + kTcpRest},
        {"with options", 6, tcp(15, 40), "6:" + kPorts + syn + kTcpRest},
        {"nine flags and none of the reserved bits", 6, all_flags,
         "6:" + kPorts + " tcp_flags=0x1ff" + kTcpRest},
        {"data offset 0", 6, tcp(0), "6:" + kPorts + syn + kTcpRest + bad_offset},
        {"data offset 4", 6, tcp(4), "6:" + kPorts + syn + kTcpRest + bad_offset},
        {"data offset 15 without options", 6, tcp(15), "6:" + kPorts + syn + kTcpRest + bad_length},
        {"options one byte short", 6, tcp(6, 3), "6:" + kPorts + syn + kTcpRest + bad_length},
        {"0 bytes", 6, {}, std::string("6:") + bad_length},
        {"1 byte", 6, {0}, std::string("6:") + bad_length},
        {"ports alone", 6, be16(1) + be16(2), "6:" + kPorts + bad_length},
        {"19 bytes", 6,
         be16(1) + be16(2) + be32(3) + be32(4) + be16(0x5002) + be16(5) + repeated(3),
         "6:" + kPorts + syn + kTcpRest + bad_length},
    });
}

TEST_CASE("UDP headers") {
    const auto wrong = " malformed=\"UDP length impossible\"";
    check({
        {"right", 17, udp(12, 4), "17:" + kPorts + " udp_length=12"},
        {"data behind its length", 17, udp(8, 4), "17:" + kPorts + " udp_length=8"},
        {"length 0", 17, udp(0, 4), "17:" + kPorts + " udp_length=0" + wrong},
        {"length 7", 17, udp(7, 4), "17:" + kPorts + " udp_length=7" + wrong},
        {"longer than its packet", 17, udp(13, 4), "17:" + kPorts + " udp_length=13" + wrong},
        {"0 bytes", 17, {}, std::string("17:") + wrong},
        {"4 bytes", 17, be16(1) + be16(2), "17:" + kPorts + wrong},
        {"7 bytes", 17, be16(1) + be16(2) + be16(7) + Buffer{0},
         "17:" + kPorts + " udp_length=7" + wrong},
    });
}

TEST_CASE("protocols of which the ports or the SPI are read") {
    check({
        {"SCTP", 132, udp(0, 4), "132:" + kPorts},
        {"SCTP of 8 bytes", 132, udp(0), "132:" + kPorts + kTooShort},
        {"DCCP", 33, udp(0, 4), "33:" + kPorts},
        {"DCCP of 3 bytes", 33, {0, 1, 0}, "33: src_port=1" + kTooShort},
        {"UDP-Lite: coverage is no length", 136, udp(0), "136:" + kPorts},
        {"UDP-Lite of 7 bytes", 136, repeated(7), "136: src_port=0 dest_port=0" + kTooShort},
        {"ESP", 50, be32(0x1001) + be32(1), "50: spi=4097"},
        {"ESP of 4 bytes", 50, be32(0x1001), "50: spi=4097" + kTooShort},
        {"AH hides its ports in IPv4", 51, Buffer{6, 4, 0, 0} + be32(9) + repeated(16) + tcp(),
         "51: spi=9"},
        {"AH of 8 bytes by its own length", 51, Buffer{6, 0, 0, 0} + be32(9) + tcp(),
         "51: spi=9 malformed=\"AH length below 12\""},
        {"AH of 1 byte", 51, {6}, "51:" + kTooShort},
        {"GRE has no field", 47, repeated(4), "47:"},
        {"IGMP has no field", 2, repeated(8), "2:"},
        {"an unknown protocol has no field", 253, {}, "253:"},
    });
}

TEST_CASE("what the snaplen cut off is truncated, not malformed") {
    const auto segment = ipv4({}, tcp(15, 40));
    CHECK(cut(segment, 22) == "6: src_port=1 truncated=true");
    CHECK(cut(segment, 24) == "6:" + kPorts + " truncated=true");
    CHECK(cut(segment, 34) ==
          "6:" + kPorts + " tcp_flags=0x002 tcp_seq=3 tcp_ack=4 truncated=true");
    CHECK(cut(segment, 36) == "6:" + kPorts + " tcp_flags=0x002" + kTcpRest);
    CHECK(cut(ipv4({.proto = 17}, udp(108, 100)), 25) == "17:" + kPorts + " truncated=true");
    CHECK(cut(ipv4({.proto = 17}, udp(108, 100)), 26) == "17:" + kPorts + " udp_length=108");
    CHECK(cut(ipv4({.ihl = 6, .options = repeated(4)}, tcp()), 20) == "6: truncated=true");
    CHECK(cut(ipv4({.proto = 47, .ihl = 6, .options = repeated(4)}, repeated(4)), 20) == "47:");
    CHECK(cut(segment, 9) == "-: truncated=true");
    CHECK(cut(ipv4({.fragment = 5}, tcp()), 20) == "6:");
}

TEST_CASE("a wrong data offset is seen as soon as it is delivered") {
    CHECK(cut(ipv4({}, tcp(0)), 32) == "6:" + kPorts + " tcp_seq=3 tcp_ack=4 truncated=true");
    CHECK(cut(ipv4({}, tcp(0)), 33) == "6:" + kPorts +
                                           " tcp_seq=3 tcp_ack=4 truncated=true"
                                           " malformed=\"TCP data offset below 20\"");
}

TEST_CASE("each ICMP is read in its own IP only") {
    const auto echo = Buffer{8, 0, 0, 0} + be16(1) + be16(2);
    const auto echo6 = Buffer{128, 0, 0, 0} + be16(1) + be16(2);
    CHECK(describe_transport(record_of_ip(ipv4({.proto = 58}, echo6))) == "58:");
    CHECK(describe_transport(record_of_ip(ipv6({.next = 1}, echo))) == "1:");
}
