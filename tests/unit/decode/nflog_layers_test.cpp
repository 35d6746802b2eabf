// SPDX-License-Identifier: GPL-2.0-or-later
#include "catch.hpp"
#include "message_text.hpp"

using namespace nflogd::decode;

namespace {

const Buffer kEther = hex("02000000000b 02000000000a 0800");
const std::string kMacs = "src_mac=02:00:00:00:00:0a dest_mac=02:00:00:00:00:0b ";

Buffer hw_header(const Buffer& header) { return attribute(NFULA_HWHEADER, header); }
Buffer hw_address(unsigned size, const Buffer& address) {
    return attribute(NFULA_HWADDR, be16(size) + be16(0) + address + repeated(8 - address.size()));
}

}  // namespace

TEST_CASE("the link layer in front of an IP packet") {
    const auto ether_text = "group=5 " + kMacs + "ether_type=0x0800 ";
    const auto address = hw_address(6, hex("02000000000a"));
    CHECK(with(hw_type(1) + hw_header(kEther)) == ether_text);
    CHECK(with(hw_header(kEther) + hw_type(1) + address) == ether_text);
    CHECK(with(hw_header(kEther)) == "group=5 ");
    CHECK(with(hw_type(1) + hw_header(hex("02000000000b 02000000000a 08"))) == "group=5 ");
    CHECK(with(hw_type(1) + hw_header(kEther + hex("45000014"))) == ether_text);
    CHECK(with(hw_type(1) + hw_header(hex("02000000000b 02000000000a 8100 602a 0800"))) ==
          "group=5 " + kMacs + "ether_type=0x0800 vlan_id=42 ");
    CHECK(with(hw_type(1) + hw_header(hex("02000000000b 02000000000a 8100"))) ==
          "group=5 " + kMacs + "ether_type=0x8100 ");
    CHECK(with(hw_type(772) + hw_header(repeated(12) + be16(0x0800)) +
               hw_address(6, repeated(6))) == "group=5 ");
    CHECK(with(hw_type(65534) + hw_header({})) == "group=5 ");
    CHECK(with(packet_header(0x0800, 1)) == "group=5 hook=input ");
}

TEST_CASE("the source address alone") {
    CHECK(with(hw_type(801) + hw_address(6, hex("02000000000a"))) ==
          "group=5 src_mac=02:00:00:00:00:0a ");
    CHECK(with(hw_address(6, hex("02000000000a"))) == "group=5 src_mac=02:00:00:00:00:0a ");
    CHECK(with(hw_address(6, repeated(6))) == "group=5 ");
    CHECK(with(hw_address(4, hex("c0000201"))) == "group=5 ");
    CHECK(with(hw_address(0, {})) == "group=5 ");
}

TEST_CASE("VLAN tags that the kernel took out of the frame") {
    CHECK(with(vlan(tag_control(0xf02a))) == "group=5 vlan_id=42 ");
    CHECK(with(vlan(attribute(NFULA_VLAN_PROTO, be16(0x8100)))) == "group=5 ");
    CHECK(with(vlan({})) == "group=5 ");
    const std::string broken = "malformed=\"netlink attribute too short\" ";
    CHECK(with(vlan(attribute(NFULA_VLAN_TCI, {1}))) == "group=5 " + broken);
    CHECK(with(vlan(tag_control(7) + Buffer{1, 0, 0, 0})) == "group=5 vlan_id=7 " + broken);
    CHECK(with(vlan(tag_control(100)) + hw_type(1) +
               hw_header(hex("02000000000b 02000000000a 8100 002a 0800"))) ==
          "group=5 " + kMacs + "ether_type=0x0800 vlan_id=100 ");
}

TEST_CASE("the family says which network layer follows") {
    const auto v4 = "group=5 payload_length=20 " + kGre;
    const auto v6_text = std::string("ip_version=6 src_ip=2001:db8::1 dest_ip=2001:db8::2 ") +
                         "proto_number=59 length=40 ttl=64 tos=0 flow_label=0";
    const auto v6 = payload(ipv6({.next = 59}, {}));
    const std::string wrong = "malformed=\"wrong IP version\"";
    CHECK(of_family(NFPROTO_IPV4, payload(gre())) == v4);
    CHECK(of_family(NFPROTO_IPV4, v6) == "group=5 payload_length=40 " + wrong);
    CHECK(of_family(NFPROTO_IPV6, v6) == "group=5 payload_length=40 " + v6_text);
    CHECK(of_family(NFPROTO_IPV6, payload(gre())) == "group=5 payload_length=20 " + wrong);
    CHECK(of_family(NFPROTO_INET, payload(gre())) == v4);
    CHECK(of_family(NFPROTO_INET, v6) == "group=5 payload_length=40 " + v6_text);
    CHECK(of_family(NFPROTO_UNSPEC, payload(gre())) == "group=5 payload_length=20");
}

TEST_CASE("in the bridge, netdev and arp families hw_protocol says it") {
    const auto tagged = payload(be16(0x602a) + be16(0x0800) + gre());
    const std::string arp_text =
        "ether_type=0x0806 payload_length=28 arp_op=2 arp_src_mac=02:00:00:00:00:0a "
        "arp_src_ip=192.0.2.1 arp_dest_mac=02:00:00:00:00:0b arp_dest_ip=192.0.2.2";
    const auto arp =
        payload(hex("0001 0800 0604 0002 02000000000a c0000201 02000000000b c0000202"));
    const auto family = GENERATE(std::uint8_t{NFPROTO_BRIDGE}, std::uint8_t{NFPROTO_NETDEV});
    const std::string hook = family == NFPROTO_BRIDGE ? "prerouting" : "ingress";
    CHECK(of_family(family, packet_header(0x0800, 0) + payload(gre())) ==
          "group=5 hook=" + hook + " ether_type=0x0800 payload_length=20 " + kGre);
    CHECK(of_family(family, packet_header(0x8100, 0) + tagged) ==
          "group=5 hook=" + hook + " ether_type=0x0800 vlan_id=42 payload_length=24 " + kGre);
    CHECK(of_family(family, packet_header(0x8100, 0) + vlan(tag_control(100)) + tagged) ==
          "group=5 hook=" + hook + " ether_type=0x0800 vlan_id=100 payload_length=24 " + kGre);
    CHECK(of_family(family, packet_header(0x0806, 0) + arp) ==
          "group=5 hook=" + hook + ' ' + arp_text);
    CHECK(of_family(family, packet_header(0x0004, 0) + payload(repeated(38))) ==
          "group=5 hook=" + hook + " payload_length=38");
    CHECK(of_family(family, payload(gre())) == "group=5 payload_length=20");
    CHECK(of_family(NFPROTO_ARP, packet_header(0x0806, 0) + arp) ==
          "group=5 hook=input " + arp_text);
}

TEST_CASE("the full link-layer header serves where there is no other") {
    const auto l2 = attribute(NFULA_L2HDR, kEther);
    const auto text =
        "group=5 hook=ingress " + kMacs + "ether_type=0x0800 payload_length=20 " + kGre;
    const auto hdr = packet_header(0x0800, 0);
    CHECK(of_family(NFPROTO_NETDEV, hdr + l2 + payload(gre())) == text);
    CHECK(of_family(NFPROTO_NETDEV, hdr + hw_type(1) + l2 + payload(gre())) == text);
    CHECK(of_family(NFPROTO_NETDEV, hdr + attribute(NFULA_L2HDR, gre()) + payload(gre())) ==
          "group=5 hook=ingress ether_type=0x0800 payload_length=20 " + kGre);
}

TEST_CASE("at egress the payload starts with the link layer") {
    const auto hdr = packet_header(0x0800, 1);
    const auto ether_text =
        "group=5 hook=egress " + kMacs + "ether_type=0x0800 payload_length=34 " + kGre;
    const auto bare_text = "group=5 hook=egress ether_type=0x0800 payload_length=20 " + kGre;
    const auto l2 = attribute(NFULA_L2HDR, kEther);
    const auto text = [&](const Buffer& attributes) {
        return of_family(NFPROTO_NETDEV, hdr + attributes);
    };
    CHECK(text(l2 + payload(kEther + gre())) == ether_text);
    CHECK(text(payload(kEther + gre())) == ether_text);
    CHECK(text(payload(gre())) == bare_text);
    CHECK(text(attribute(NFULA_L2HDR, hex("11223344")) + payload(hex("11223344") + gre())) ==
          "group=5 hook=egress ether_type=0x0800 payload_length=24 " + kGre);
    CHECK(text(l2) == "group=5 hook=egress " + kMacs + "ether_type=0x0800 truncated=true");
    CHECK(text(l2 + payload(hex("020000"))) ==
          "group=5 hook=egress " + kMacs + "ether_type=0x0800 payload_length=3 truncated=true");
    CHECK(text(payload({})) == "group=5 hook=egress payload_length=0 truncated=true");
}
