// SPDX-License-Identifier: GPL-2.0-or-later
#include "catch.hpp"
#include "describe.hpp"
#include "record_of.hpp"

using namespace nflogd::decode;

namespace {

const Buffer kMacs = hex("02000000000b 02000000000a");
const std::string kMacText = "src_mac=02:00:00:00:00:0a dest_mac=02:00:00:00:00:0b ";
const std::string kGre =
    "ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 proto=gre proto_number=47 length=20 ttl=64 "
    "tos=0 ip_id=1 df=false mf=false fragment_offset=0";
const std::string kArpMacs =
    "arp_src_mac=02:00:00:00:00:0a arp_src_ip=192.0.2.1 "
    "arp_dest_mac=00:00:00:00:00:00 arp_dest_ip=192.0.2.2";

Buffer gre() { return ipv4({.proto = 47}, {}); }
Buffer arp(const char* sizes = "0604") {
    return hex("0001 0800") + hex(sizes) + hex("0001 02000000000a c0000201 000000000000 c0000202");
}
Buffer frame(unsigned type, const Buffer& packet) { return kMacs + be16(type) + packet; }
std::string text(const Buffer& bytes) { return describe(record_of_ethernet(bytes)); }

Buffer first(const Buffer& bytes, std::size_t count) {
    return {bytes.begin(), bytes.begin() + static_cast<long>(count)};
}

}  // namespace

TEST_CASE("Ethernet frames") {
    CHECK(text(frame(0x0800, gre())) == kMacText + "ether_type=0x0800 " + kGre);
    CHECK(text(frame(0x0800, gre() + repeated(26))) == kMacText + "ether_type=0x0800 " + kGre);
    CHECK(text(frame(0x86dd, gre())) ==
          kMacText + "ether_type=0x86dd malformed=\"wrong IP version\"");
    CHECK(text(frame(0x88cc, repeated(9))) == kMacText + "ether_type=0x88cc");
    CHECK(text(frame(0x0026, repeated(38))) + ' ' == kMacText);
    CHECK(text(repeated(12) + be16(0x0800) + gre()) == "ether_type=0x0800 " + kGre);
}

TEST_CASE("VLAN tags come in front of the type") {
    const auto tagged = be16(0x602a) + be16(0x0800) + gre();
    CHECK(text(frame(0x8100, tagged)) == kMacText + "ether_type=0x0800 vlan_id=42 " + kGre);
    CHECK(text(frame(0x88a8, be16(100) + be16(0x8100) + tagged)) ==
          kMacText + "ether_type=0x0800 vlan_id=100 " + kGre);
    CHECK(text(frame(0x8100, be16(1) + be16(0x8100) + be16(2) + be16(0x8100) + tagged)) ==
          kMacText + "ether_type=0x8100 vlan_id=1");
    CHECK(text(frame(0x8100, be16(0x6000) + be16(0x0800) + gre())) ==
          kMacText + "ether_type=0x0800 vlan_id=0 " + kGre);
}

TEST_CASE("frames that are cut") {
    const auto whole = frame(0x8100, be16(0x602a) + be16(0x0800) + gre());
    CHECK(text(first(whole, 0)) == "truncated=true");
    CHECK(text(first(whole, 6)) == "dest_mac=02:00:00:00:00:0b truncated=true");
    CHECK(text(first(whole, 13)) == kMacText + "truncated=true");
    CHECK(text(first(whole, 14)) == kMacText + "ether_type=0x8100 truncated=true");
    CHECK(text(first(whole, 16)) == kMacText + "ether_type=0x8100 vlan_id=42 truncated=true");
    CHECK(text(first(whole, 18)) == kMacText + "ether_type=0x0800 vlan_id=42 truncated=true");
}

TEST_CASE("ARP") {
    const std::string type = kMacText + "ether_type=0x0806 ";
    CHECK(text(frame(0x0806, arp())) == type + "arp_op=1 " + kArpMacs);
    CHECK(text(frame(0x0806, arp() + repeated(18))) == type + "arp_op=1 " + kArpMacs);
    const std::string wrong = "malformed=\"ARP for addresses that are not Ethernet and IPv4\"";
    for (const auto* sizes : {"0804", "0610", "0000", "ffff"}) {
        CHECK(text(frame(0x0806, arp(sizes))) == type + wrong + " arp_op=1");
    }
    CHECK(text(frame(0x0806, first(arp(), 7))) == type + "truncated=true");
    CHECK(text(frame(0x0806, first(arp(), 18))) ==
          type + "truncated=true arp_op=1 arp_src_mac=02:00:00:00:00:0a arp_src_ip=192.0.2.1");
    CHECK(text(frame(0x0806, first(arp("0804"), 6))) == type + "truncated=true " + wrong);
}

TEST_CASE("a network layer is read by the type that announces it") {
    nflogd::Record record = dirty_record();
    const auto packet = be16(0x002a) + be16(0x0800) + gre();
    decode_ether_type(packet, 0x8100, record);
    CHECK(describe(record) == "ether_type=0x0800 vlan_id=42 " + kGre);
}
