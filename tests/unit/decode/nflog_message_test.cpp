// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "catch.hpp"
#include "core/names.hpp"
#include "message_text.hpp"

using namespace nflogd;
using namespace nflogd::decode;

namespace {

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
    CHECK(text(hex("0500 0a00 70 00")) == "group=5 prefix=\"p\" mark=7 truncated=true");
}
