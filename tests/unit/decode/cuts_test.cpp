// SPDX-License-Identifier: GPL-2.0-or-later
// What holds for every packet and every recorded datagram, wherever it is cut
// and whatever byte of it is wrong.
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_log.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "core/cursor.hpp"
#include "describe.hpp"
#include "record_of.hpp"

using namespace nflogd;
using namespace nflogd::decode;

namespace {

Buffer icmp_error(std::uint8_t type, std::uint8_t code, const Buffer& quote) {
    return Buffer{type, code, 0, 0} + be32(1400) + quote;
}

Buffer echo(std::uint8_t type) { return Buffer{type, 0, 0, 0} + be32(5) + repeated(20); }

/// Packets that are right, one of each kind of header.
std::vector<Buffer> valid_packets() {
    const auto udp4 = ipv4({.proto = 17}, udp(12, 4));
    const auto udp6 = ipv6({.next = 17}, udp(12, 4));
    const auto v4 = [](std::uint8_t proto, const Buffer& payload) {
        return ipv4({.proto = proto}, payload);
    };
    const auto v6 = [](std::uint8_t next, const Buffer& payload) {
        return ipv6({.next = next}, payload);
    };
    return {
        v4(6, tcp()),
        v4(6, tcp(15, 40)),
        ipv4({.ihl = 15, .options = repeated(40, 1)}, tcp(6, 4)),
        udp4,
        ipv4({.proto = 17, .fragment = 0x2000}, udp(4000, 100)),
        ipv4({.proto = 17, .fragment = 0x2003}, repeated(64)),
        ipv4({.length = 0}, tcp()),
        v4(136, udp(8, 9)),
        v4(132, repeated(24, 7)),
        v4(33, repeated(24, 7)),
        v4(50, repeated(24, 7)),
        v4(51, Buffer{6, 4, 0, 0} + be32(9) + repeated(16) + tcp()),
        v4(47, repeated(8)),
        v4(2, repeated(8)),
        v4(1, echo(8)),
        v4(1, icmp_error(3, 1, udp4)),
        v4(1, icmp_error(3, 4, ipv4({.length = 1500}, repeated(8, 1)))),
        v4(1, icmp_error(5, 0, v4(6, tcp()))),
        v4(1, icmp_error(11, 0, v4(1, icmp_error(3, 1, udp4)))),
        v4(1, icmp_error(12, 0, Buffer{0x45, 0, 0})),
        v6(6, tcp(6, 4)),
        udp6,
        v6(59, {}),
        v6(0, extension(43, 1) + extension(60, 2) + extension(6, 3) + tcp()),
        v6(44, fragment(17, 0, true) + udp(4000, 64)),
        v6(44, fragment(17, 100, false) + udp(4000, 64)),
        v6(51, Buffer{17, 4, 0, 0} + be32(0x1001) + repeated(16) + udp(8)),
        v6(60, extension(50) + repeated(24, 7)),
        v6(58, echo(128)),
        v6(58, icmp_error(1, 4, udp6)),
        v6(58, icmp_error(2, 0, v6(0, extension(6) + tcp()))),
        ipv6({.next = 0, .length = 0}, Buffer{17, 0, 0xc2, 4} + be32(100'000) + udp(0)),
        ipv6({.next = 0, .length = 0}, Buffer{47, 0, 0xc2, 4} + be32(100'000) + repeated(4)),
    };
}

/// Packets that cannot be right, or are as nobody sends them; kernel-notes tells
/// of frames like these that did reach the hooks.
std::vector<Buffer> odd_packets() {
    Buffer many;
    for (int i = 0; i < 150; ++i) many = many + extension(60);
    return {
        ipv4({.proto = 17}, {}),
        ipv4({.proto = 17}, be16(1) + be16(2)),
        ipv4({.proto = 1}, {8}),
        ipv4({}, tcp(0)),
        ipv4({}, tcp(15)),
        ipv4({.ihl = 0}, tcp()),
        ipv4({.ihl = 15}, tcp()),
        ipv4({.length = 10}, tcp()),
        ipv4({.proto = 17, .length = 0}, udp(8)),
        ipv4({.length = 0xffff}, tcp()),
        ipv4({.fragment = 0x2000}, repeated(8, 1)),
        ipv4({.fragment = 0xffff}, tcp()),
        ipv4({.proto = 51}, repeated(12)),
        ipv6({.next = 60}, many),
        ipv6({.next = 60}, Buffer{6, 255} + repeated(30, 0xff)),
        ipv6({.next = 0, .length = 0}, Buffer{6, 255, 0xc2, 255} + repeated(30, 1)),
        ipv6({.next = 43}, extension(6, 2) + tcp()),
        ipv6({.next = 44}, fragment(44, 0, true) + fragment(6, 0, true) + tcp()),
        ipv6({.length = 0}, tcp()),
        ipv6({.length = 0xffff}, tcp()),
        ipv6({.next = 51}, repeated(40)),
        repeated(200, 0xff),
        repeated(200, 0x44),
        repeated(200, 0x66),
        repeated(200),
    };
}

using Tokens = std::set<std::string>;

Tokens tokens(const Record& record) {
    std::istringstream text(describe(record.packet));
    Tokens found{std::istream_iterator<std::string>(text), {}};
    if (!record.quotes) return found;
    std::istringstream inner(describe(record.inner));
    for (std::string token; inner >> token;) found.insert("inner." + token);
    return found;
}

Buffer first(const Buffer& bytes, std::size_t count) {
    return {bytes.begin(), bytes.begin() + static_cast<long>(count)};
}

bool holds(const Tokens& all, const Tokens& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Everything that a record promises of its values.
void check_ranges(const Record& record) {
    if (record.has(Field::prefix)) {
        REQUIRE(record.prefix_length >= 1);
        REQUIRE(record.prefix_length <= Record::kMaxPrefix);
    }
    if (record.has(Field::vlan_id)) REQUIRE(record.vlan_id <= 0xfff);
    if (record.has(Field::hook)) REQUIRE(record.hook <= Hook::egress);
    if (record.quotes) REQUIRE(record.inner.present != 0);
    for (const auto* headers : {&record.packet, &record.inner}) {
        if (headers == &record.inner && !record.quotes) continue;
        if (headers->has(HeaderField::ip_version)) {
            REQUIRE((headers->ip_version == 4 || headers->ip_version == 6));
        }
        if (headers->has(HeaderField::src_ip)) REQUIRE(headers->has(HeaderField::ip_version));
        if (headers->has(HeaderField::tcp_flags)) REQUIRE(headers->tcp_flags <= 0x1ff);
        if (headers->has(HeaderField::fragment_offset)) REQUIRE(headers->fragment_offset <= 0x1fff);
        if (headers->has(HeaderField::flow_label)) REQUIRE(headers->flow_label <= 0xfffff);
        if (headers->has(HeaderField::length)) REQUIRE(headers->length != 0);
    }
}

/// Reads a datagram, checks its records and returns how many they are.
std::size_t read_all(const Buffer& datagram, bool& cut) {
    const Buffer alone(datagram.begin(), datagram.end());
    DatagramReader reader(alone, kReceived);
    Record record = dirty_record();
    std::size_t count = 0;
    for (; reader.next(record); ++count) {
        check_ranges(record);
        REQUIRE(record.has(Field::group));
        REQUIRE_FALSE(describe(record).empty());
    }
    cut = reader.info().cut;
    return count;
}

/// Offsets at which a message ends or, behind its padding, the next one starts.
std::set<std::size_t> message_ends(const Buffer& datagram) {
    std::set<std::size_t> ends = {0};
    for (std::size_t at = 0; at < datagram.size();) {
        std::uint32_t length = 0;
        std::memcpy(&length, datagram.data() + at, sizeof length);
        for (std::size_t end = at + length; end <= at + (length + 3) / 4 * 4; ++end)
            ends.insert(end);
        at += (length + 3) / 4 * 4;
    }
    return ends;
}

}  // namespace

TEST_CASE("a valid packet is whole and right") {
    for (const auto& packet : valid_packets()) {
        const auto record = record_of_ip(packet);
        INFO(describe(record));
        CHECK_FALSE(record.has(Field::malformed));
        const bool merged = !record.packet.has(HeaderField::length) || record.packet.length > 1000;
        CHECK((merged || !record.has(Field::truncated)));
    }
}

TEST_CASE("a cut packet is truncated exactly when a field is missing") {
    for (const auto& packet : valid_packets()) {
        const auto whole = tokens(record_of_ip(packet));
        for (std::size_t size = 0; size < packet.size(); ++size) {
            const auto record = record_of_ip(first(packet, size));
            const auto found = tokens(record);
            INFO(size << " of " << packet.size() << ": " << describe(record));
            REQUIRE(holds(whole, found));
            REQUIRE(record.has(Field::truncated) == (found != whole));
            REQUIRE_FALSE(record.has(Field::malformed));
            check_ranges(record);
        }
    }
}

TEST_CASE("a cut odd packet tells nothing that the whole one does not") {
    for (const auto& packet : odd_packets()) {
        const auto all = record_of_ip(packet);
        const auto whole = tokens(all);
        for (std::size_t size = 0; size < packet.size(); ++size) {
            const auto record = record_of_ip(first(packet, size));
            INFO(size << " of " << packet.size() << ": " << describe(record));
            if (size > 40) REQUIRE(holds(whole, tokens(record)));
            check_ranges(record);
        }
    }
}

TEST_CASE("a field that is present was stored") {
    auto packets = valid_packets();
    for (const auto& packet : odd_packets()) packets.push_back(packet);
    for (const auto& packet : packets) {
        for (std::size_t size = 0; size <= packet.size(); ++size) {
            const auto bytes = first(packet, size);
            Record a = dirty_record(0x00);
            Record b = dirty_record(0xff);
            decode_ip(bytes, 0, a);
            decode_ip(bytes, 0, b);
            REQUIRE(describe(a) == describe(b));
        }
    }
}

TEST_CASE("every snaplen of every packet gives a record") {
    auto packets = valid_packets();
    for (const auto& packet : odd_packets()) packets.push_back(packet);
    for (const auto& packet : packets) {
        for (std::size_t snaplen = 0; snaplen <= std::min<std::size_t>(packet.size(), 80);
             ++snaplen) {
            auto attributes = packet_header(0x0800, 0);
            if (snaplen > 0)
                attributes = attributes + attribute(NFULA_PAYLOAD, first(packet, snaplen));
            for (const std::uint8_t family : {NFPROTO_INET, NFPROTO_NETDEV, NFPROTO_IPV6}) {
                bool cut = false;
                REQUIRE(read_all(packet_message(nfgen(family) + attributes), cut) == 1);
                REQUIRE_FALSE(cut);
            }
        }
    }
}

TEST_CASE("a recorded datagram cut anywhere keeps its whole messages") {
    for (const auto& name : fixture_names()) {
        INFO(name);
        const auto datagram = fixture(name);
        const auto ends = message_ends(datagram);
        bool cut = false;
        const auto whole = read_all(datagram, cut);
        REQUIRE_FALSE(cut);
        for (std::size_t size = 0; size < datagram.size(); ++size) {
            const auto count = read_all(first(datagram, size), cut);
            REQUIRE(cut == (ends.count(size) == 0));
            REQUIRE(count <= whole);
        }
    }
}

TEST_CASE("any wrong byte in a recorded datagram is survived") {
    for (const auto& name : fixture_names()) {
        INFO(name);
        const auto datagram = fixture(name);
        for (std::size_t at = 0; at < datagram.size(); ++at) {
            for (const int change : {0x01, 0x80, 0xff, 0x0f, 0x40}) {
                auto wrong = datagram;
                wrong[at] = static_cast<std::uint8_t>(wrong[at] ^ change);
                bool cut = false;
                read_all(wrong, cut);
            }
        }
    }
}
