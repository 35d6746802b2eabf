// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/pcap_file.hpp"

#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <cstring>
#include <vector>

#include "catch.hpp"
#include "format/formatter.hpp"

using namespace nflogd;

namespace {

/// nfgenmsg, a prefix and `payload` bytes of packet.
std::vector<std::uint8_t> message(std::size_t payload) {
    std::vector<std::uint8_t> bytes = {2, 0, 0, 100};
    const auto add = [&](std::uint16_t type, std::size_t size, std::uint8_t value) {
        const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + size), type};
        const auto* const head = reinterpret_cast<const std::uint8_t*>(&header);
        bytes.insert(bytes.end(), head, head + sizeof header);
        bytes.insert(bytes.end(), size, value);
        bytes.resize((bytes.size() + 3) / 4 * 4);
    };
    add(NFULA_PREFIX, 5, 'p');
    add(NFULA_PAYLOAD, payload, 0x45);
    return bytes;
}

struct Printed {
    PcapPacketHeader header;
    std::vector<std::uint8_t> bytes;
};

Printed print(Bytes raw) {
    static Labels labels;
    const auto pcap = format::make_pcap({"gw", &labels});
    Record record;
    record.timestamp_ns = 1795428234'123456789;
    std::vector<char> out(format::kMaxPacketText);
    const std::size_t size = pcap->packet({record, raw}, out);
    Printed printed;
    REQUIRE(size >= sizeof printed.header);
    std::memcpy(&printed.header, out.data(), sizeof printed.header);
    printed.bytes.assign(out.begin() + sizeof printed.header,
                         out.begin() + static_cast<std::ptrdiff_t>(size));
    return printed;
}

}  // namespace

TEST_CASE("a packet is its message, byte for byte") {
    const auto raw = message(40);
    const Printed printed = print(raw);
    REQUIRE(printed.header.seconds == 1795428234);
    REQUIRE(printed.header.fraction == 123456);
    REQUIRE(printed.header.captured == raw.size());
    REQUIRE(printed.header.original == raw.size());
    REQUIRE(printed.bytes == raw);
}

TEST_CASE("a message that was cut has an attribute as long as what is there") {
    const auto raw = message(40);
    const std::size_t payload = 4 + 12;  // where its attribute begins
    for (std::size_t have = payload + sizeof(nlattr); have < raw.size(); ++have) {
        const Printed printed = print(Bytes(raw).first(have));
        REQUIRE(printed.header.captured == have);
        REQUIRE(printed.header.original == have);
        std::uint16_t length = 0;
        std::memcpy(&length, printed.bytes.data() + payload, sizeof length);
        REQUIRE(length == have - payload);
    }
}

TEST_CASE("a message longer than a record may be is cut") {
    const auto raw = message(kMaxRaw + 1000);
    const Printed printed = print(raw);
    REQUIRE(printed.header.captured == kMaxRaw);
    REQUIRE(printed.header.original == kMaxRaw);
}

TEST_CASE("a message that is none is printed as it came, or not at all") {
    std::vector<std::uint8_t> raw = message(40);
    raw[4] = 1;  // an attribute shorter than its header
    REQUIRE(print(raw).bytes == raw);
    const auto pcap = format::make_pcap({"gw", nullptr});
    std::vector<char> out(format::kMaxPacketText);
    Record record;
    record.timestamp_ns = 0;
    REQUIRE(pcap->packet({record, Bytes(raw).first(3)}, out) == 0);
    REQUIRE(pcap->packet(record, out) == 0);
}
