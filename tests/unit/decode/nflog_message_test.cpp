// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <algorithm>

#include "catch.hpp"
#include "core/names.hpp"
#include "describe.hpp"
#include "record_of.hpp"

using namespace nflogd;
using namespace nflogd::decode;

namespace {

const Buffer kEther = hex("02000000000b 02000000000a 0800");
const std::string kMacs = "src_mac=02:00:00:00:00:0a dest_mac=02:00:00:00:00:0b ";
const std::string kGre =
    "ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 proto=gre proto_number=47 length=20 ttl=64 "
    "tos=0 ip_id=1 df=false mf=false fragment_offset=0";

Buffer gre() { return ipv4({.proto = 47}, {}); }
Buffer payload(const Buffer& packet) { return attribute(NFULA_PAYLOAD, packet); }
Buffer hw_type(unsigned type) { return attribute(NFULA_HWTYPE, be16(type)); }
Buffer hw_header(const Buffer& header) { return attribute(NFULA_HWHEADER, header); }
Buffer hw_address(unsigned size, const Buffer& address) {
    return attribute(NFULA_HWADDR, be16(size) + be16(0) + address + repeated(8 - address.size()));
}
Buffer vlan(const Buffer& nested) { return attribute(NFULA_VLAN | NLA_F_NESTED, nested); }
Buffer tag_control(unsigned value) { return attribute(NFULA_VLAN_TCI, be16(value)); }

/// The envelope of a message of family ip, without its payload's part.
std::string with(const Buffer& attributes) {
    auto text = describe(record_of_message(nfgen(NFPROTO_IPV4) + attributes + payload(gre())));
    for (const std::string& part : {std::string("payload_length=20 "), kGre}) {
        const auto at = text.find(part);
        if (at != std::string::npos) text.erase(at, part.size());
    }
    return text;
}

std::string of_family(std::uint8_t family, const Buffer& attributes) {
    return describe(record_of_message(nfgen(family) + attributes));
}

Buffer timestamp(std::uint64_t seconds, std::uint64_t us) {
    const auto be64 = [](std::uint64_t value) {
        return be32(static_cast<std::uint32_t>(value >> 32)) +
               be32(static_cast<std::uint32_t>(value));
    };
    return attribute(NFULA_TIMESTAMP, be64(seconds) + be64(us));
}

std::uint64_t time_of(const Buffer& attributes) {
    const auto record = record_of_message(nfgen(NFPROTO_IPV4) + attributes);
    CHECK(record.has(Field::timestamp));
    return record.timestamp_ns;
}

}  // namespace

TEST_CASE("a message shorter than its header is no packet") {
    Record record = dirty_record();
    for (std::size_t size = 0; size < 4; ++size) {
        CHECK_FALSE(decode_nflog_message(repeated(size), kReceived, record));
    }
    REQUIRE(decode_nflog_message(nfgen(NFPROTO_IPV4), kReceived, record));
    CHECK(describe(record) == "group=5 truncated=true");
    CHECK(record.timestamp_ns == kReceived);
}

TEST_CASE("what an earlier packet left in the record is gone") {
    Record record = record_of_message(
        nfgen(NFPROTO_IPV4) + attribute(NFULA_MARK, be32(1)) +
        payload(ipv4({.proto = 1}, Buffer{3, 1, 0, 0} + be32(0) + ipv4({.proto = 17}, udp(8)))));
    REQUIRE(record.quotes);
    decode_nflog_message(nfgen(NFPROTO_IPV4), kReceived, record);
    CHECK(describe(record) == "group=5 truncated=true");
}

TEST_CASE("attributes of 32 bits") {
    CHECK(with({}) == "group=5 ");
    CHECK(with(attribute(NFULA_MARK, be32(0))) == "group=5 mark=0 ");
    CHECK(with(attribute(NFULA_MARK, be32(0xdeadbeef)) + attribute(NFULA_UID, be32(1000)) +
               attribute(NFULA_GID, be32(0)) + attribute(NFULA_SEQ, be32(0xffffffff))) ==
          "group=5 seq=4294967295 mark=3735928559 uid=1000 gid=0 ");
}

TEST_CASE("interfaces have an index and no name yet; 0 is none") {
    CHECK(with(attribute(NFULA_IFINDEX_INDEV, be32(1)) + attribute(NFULA_IFINDEX_OUTDEV, be32(2)) +
               attribute(NFULA_IFINDEX_PHYSINDEV, be32(3)) +
               attribute(NFULA_IFINDEX_PHYSOUTDEV, be32(4))) ==
          "group=5 in_iface=if1 out_iface=if2 phys_in=if3 phys_out=if4 ");
    CHECK(with(attribute(NFULA_IFINDEX_INDEV, be32(0))) == "group=5 ");
}

TEST_CASE("prefixes") {
    const auto prefix = [](std::string_view text) {
        return with(attribute(NFULA_PREFIX, Buffer(text.begin(), text.end())));
    };
    using namespace std::string_view_literals;
    CHECK(prefix("drop: \0"sv) == "group=5 prefix=\"drop:\" ");
    CHECK(prefix("no end") == "group=5 prefix=\"no end\" ");
    CHECK(prefix(" two  words   \0"sv) == "group=5 prefix=\" two  words\" ");
    CHECK(prefix("first\0second\0"sv) == "group=5 prefix=\"first\" ");
    CHECK(prefix("tab\t\0"sv) == "group=5 prefix=\"tab\t\" ");
    CHECK(prefix("\0"sv) == "group=5 ");
    CHECK(prefix("") == "group=5 ");
    CHECK(prefix("   \0"sv) == "group=5 ");
    CHECK(prefix(std::string(127, 'p') + '\0') ==
          "group=5 prefix=\"" + std::string(127, 'p') + "\" ");
    CHECK(prefix(std::string(400, 'p')) == "group=5 prefix=\"" + std::string(128, 'p') + "\" ");
}

TEST_CASE("the time is the kernel's if it can be one") {
    CHECK(time_of({}) == kReceived);
    CHECK(time_of(timestamp(1'600'000'000, 999'999)) == 1'600'000'000'999'999'000);
    CHECK(time_of(timestamp(0, 1)) == 1000);
    CHECK(time_of(timestamp(0, 0)) == kReceived);
    CHECK(time_of(timestamp(1'600'000'000, 1'000'000)) == kReceived);
    CHECK(time_of(timestamp(18'446'744'073, 0)) == kReceived);
    CHECK(time_of(timestamp(18'446'744'072, 999'999)) == 18'446'744'072'999'999'000U);
    CHECK(time_of(timestamp(~std::uint64_t{0}, ~std::uint64_t{0})) == kReceived);
}

TEST_CASE("hooks are numbered by family") {
    struct Row {
        std::uint8_t family;
        std::vector<std::string> hooks;
    };
    const std::vector<std::string> ip = {"prerouting", "input",       "forward",
                                         "output",     "postrouting", "ingress"};
    const std::vector<Row> rows = {
        {NFPROTO_INET, ip},
        {NFPROTO_IPV4, ip},
        {NFPROTO_IPV6, ip},
        {NFPROTO_BRIDGE, {ip.begin(), ip.begin() + 5}},
        {NFPROTO_ARP, {"input", "output", "forward"}},
        {NFPROTO_NETDEV, {"ingress", "egress"}},
        {NFPROTO_UNSPEC, {}},
        {99, {}},
    };
    for (const auto& row : rows) {
        for (std::uint8_t number = 0; number < 8; ++number) {
            const auto record = record_of_message(nfgen(row.family) + packet_header(0, number));
            INFO("family " << int{row.family} << " hook " << int{number});
            REQUIRE(record.has(Field::hook) == (number < row.hooks.size()));
            if (record.has(Field::hook)) CHECK(hook_name(record.hook) == row.hooks[number]);
        }
    }
}

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

TEST_CASE("a snaplen of 0 leaves no payload: truncated; an empty one too") {
    CHECK(of_family(NFPROTO_IPV4, {}) == "group=5 truncated=true");
    CHECK(of_family(NFPROTO_IPV4, payload({})) == "group=5 payload_length=0 truncated=true");
}

TEST_CASE("attributes may come in any order") {
    std::vector<Buffer> parts = {packet_header(0x8100, 0), vlan(tag_control(100)),
                                 attribute(NFULA_MARK, be32(9)), hw_type(1),
                                 payload(be16(42) + be16(0x0800) + gre())};
    std::sort(parts.begin(), parts.end());
    do {
        Buffer attributes;
        for (const auto& part : parts) attributes = attributes + part;
        CHECK(of_family(NFPROTO_BRIDGE, attributes) ==
              "group=5 hook=prerouting mark=9 ether_type=0x0800 vlan_id=100 payload_length=24 " +
                  kGre);
    } while (std::next_permutation(parts.begin(), parts.end()));
}

TEST_CASE("attributes of other types are passed over") {
    CHECK(with(attribute(NFULA_CT, repeated(40, 0xff)) + attribute(NFULA_CT_INFO, be32(1)) +
               attribute(NFULA_SEQ_GLOBAL, {}) + attribute(NFULA_MAX + 1, {}) + attribute(0, {}) +
               attribute(0x3fff, repeated(3))) == "group=5 ");
}

TEST_CASE("of an attribute that is there twice the last one counts") {
    CHECK(with(attribute(NFULA_MARK, be32(1)) + attribute(NFULA_MARK, be32(2))) ==
          "group=5 mark=2 ");
}

TEST_CASE("an attribute shorter than its type") {
    const std::string broken = "group=5 malformed=\"netlink attribute too short\" ";
    for (const std::uint16_t type :
         {NFULA_PACKET_HDR, NFULA_MARK, NFULA_TIMESTAMP, NFULA_IFINDEX_INDEV, NFULA_IFINDEX_OUTDEV,
          NFULA_IFINDEX_PHYSINDEV, NFULA_IFINDEX_PHYSOUTDEV, NFULA_HWADDR, NFULA_UID, NFULA_GID,
          NFULA_SEQ}) {
        CHECK(with(attribute(type, {1, 1, 1})) == broken);
        CHECK(with(attribute(type, {})) == broken);
    }
    CHECK(with(attribute(NFULA_HWTYPE, {1})) == broken);
}

TEST_CASE("attributes that end the walk leave what was read before") {
    const auto mark = attribute(NFULA_MARK, be32(7));
    const std::string broken = "group=5 mark=7 malformed=\"netlink attribute too short\"";
    const auto text = [&](const Buffer& rest) { return of_family(NFPROTO_IPV4, mark + rest); };
    CHECK(text(hex("0000 0900") + payload(gre())) == broken);
    CHECK(text(hex("0300 0900") + payload(gre())) == broken);
    CHECK(text(hex("0900 0900 45000000")) == broken);
    CHECK(text(hex("ffff 0900 45000000")) == broken);
    CHECK(text({1}) == broken);
    CHECK(text({8, 0, 9}) == broken);
    CHECK(text(hex("0500 0a00 70")) == "group=5 prefix=\"p\" mark=7 truncated=true");
}
