// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/pcap.hpp"

#include <bit>

#include "allocations.hpp"
#include "catch.hpp"
#include "files.hpp"
#include "source/input.hpp"

using namespace nflogd;
using namespace nflogd::source;

namespace {

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kEthernet = 1;
constexpr std::uint32_t kNflog = 239;

Writer header(bool big_endian, std::uint32_t magic, std::uint32_t link_type) {
    Writer file{big_endian, {}};
    file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262144).u32(link_type);
    return file;
}

std::string message_of(const TemporaryDirectory& directory, const Buffer& bytes) {
    const std::string path = directory.file("a.pcap", bytes);
    const Drained drained = drain_file(path);
    REQUIRE_FALSE(drained.status);
    REQUIRE(drained.status.error().exit_code == EX_DATAERR);
    REQUIRE(drained.status.error().message.starts_with(path + ": "));
    return drained.status.error().message.substr(path.size() + 2);
}

}  // namespace

TEST_CASE("packets of a pcap file have their time and lengths in any byte order and unit") {
    TemporaryDirectory directory;
    for (const bool big_endian : {false, true}) {
        for (const std::uint32_t magic : {kMicroseconds, kNanoseconds}) {
            const bool ns = magic == kNanoseconds;
            Writer file = header(big_endian, magic, kEthernet);
            file.u32(1'700'000'000).u32(ns ? 999'999'999 : 999'999).u32(4).u32(1514);
            file.raw(Buffer{1, 2, 3, 4});
            file.u32(0xffffffff).u32(0).u32(0).u32(60);
            const Drained drained = drain_file(directory.file("a.pcap", file.bytes));
            CAPTURE(big_endian, ns);
            REQUIRE(drained.status);
            REQUIRE(drained.chunks.size() == 2);
            REQUIRE(drained.chunks[0].bytes == Buffer{1, 2, 3, 4});
            REQUIRE(drained.chunks[0].encoding == Encoding::ethernet);
            REQUIRE(drained.chunks[0].original_length == 1514);
            REQUIRE(drained.chunks[0].timestamp_ns ==
                    (ns ? 1'700'000'000'999'999'999 : 1'700'000'000'999'999'000));
            REQUIRE(drained.chunks[1].bytes.empty());
            REQUIRE(drained.chunks[1].original_length == 60);
            REQUIRE(drained.chunks[1].timestamp_ns == 4'294'967'295'000'000'000);
        }
    }
}

TEST_CASE("the link type says how the packets are to be read") {
    struct Row {
        std::uint32_t link_type;
        Encoding encoding;
        std::uint32_t original_length;
    };
    constexpr Row kRows[] = {
        {1, Encoding::ethernet, 40},
        {101, Encoding::raw_ip, 40},
        {228, Encoding::raw_ip, 40},
        {229, Encoding::raw_ip, 40},
        {239, Encoding::nflog_message, 0},
        {0x14000001, Encoding::ethernet, 40},  // a frame check sequence follows
    };
    TemporaryDirectory directory;
    for (const Row& row : kRows) {
        Writer file = header(false, kMicroseconds, row.link_type);
        file.u32(1).u32(0).u32(20).u32(40).raw(noise(20, 1));
        const Drained drained = drain_file(directory.file("a.pcap", file.bytes));
        CAPTURE(row.link_type);
        REQUIRE(drained.status);
        REQUIRE(drained.chunks.size() == 1);
        REQUIRE(drained.chunks[0].encoding == row.encoding);
        REQUIRE(drained.chunks[0].original_length == row.original_length);
    }
}

TEST_CASE("a length on the wire below what was captured is not believed") {
    TemporaryDirectory directory;
    Writer file = header(false, kMicroseconds, kEthernet);
    file.u32(1).u32(0).u32(20).u32(19).raw(noise(20, 1));
    const Drained drained = drain_file(directory.file("a.pcap", file.bytes));
    REQUIRE(drained.chunks.size() == 1);
    REQUIRE(drained.chunks[0].bytes.size() == 20);
    REQUIRE(drained.chunks[0].original_length == 0);
}

TEST_CASE("attributes of a NFLOG capture from the other byte order are made ours") {
    const auto message = [](bool big_endian) {
        return Writer{big_endian, {2, 0, 0, 100}}
            .u16(6)
            .u16(10)
            .raw(Buffer{'x', 0, 0, 0})
            .u16(8)
            .u16(2)
            .raw(Buffer{0, 0, 0, 42})
            .bytes;
    };
    const bool ours = std::endian::native == std::endian::big;
    TemporaryDirectory directory;
    for (const bool big_endian : {false, true}) {
        Writer file = header(big_endian, kMicroseconds, kNflog);
        file.u32(1).u32(0).u32(20).u32(20).raw(message(big_endian));
        const Drained drained = drain_file(directory.file("a.pcap", file.bytes));
        REQUIRE(drained.chunks.size() == 1);
        REQUIRE(drained.chunks[0].bytes == message(ours));
    }
}

TEST_CASE("a pcap file cut anywhere gives its whole packets, then an error") {
    TemporaryDirectory directory;
    for (const bool big_endian : {false, true}) {
        Writer whole = header(big_endian, kMicroseconds, kEthernet);
        std::vector<std::size_t> ends = {whole.bytes.size()};
        for (const std::uint32_t length : {7U, 0U, 14U}) {
            whole.u32(1).u32(2).u32(length).u32(60).raw(noise(length, length));
            ends.push_back(whole.bytes.size());
        }
        for (std::size_t length = 0; length <= whole.bytes.size(); ++length) {
            const Drained drained =
                drain_file(directory.file("cut", Bytes(whole.bytes).first(length)));
            std::size_t packets = 0;
            while (packets + 1 < ends.size() && ends[packets + 1] <= length) ++packets;
            const bool clean = length == ends[packets];
            CAPTURE(big_endian, length);
            REQUIRE(drained.chunks.size() == packets);
            REQUIRE(drained.status.ok() == clean);
            if (!clean) REQUIRE(drained.status.error().exit_code == EX_DATAERR);
        }
    }
}

TEST_CASE("packets before garbage are kept") {
    TemporaryDirectory directory;
    struct Row {
        Buffer tail;
        std::string message;
    };
    const std::vector<Row> rows = {
        {Buffer(64, 0), "a hole of zero bytes instead of a packet"},
        {Buffer(64, 0xff), "not a packet: 4294967295 bytes at fraction 4294967295 of a second"},
        {Writer{}.u32(1).u32(0).u32(262145).u32(262145).raw(Buffer(262145)).bytes,
         "not a packet: 262145 bytes at fraction 0 of a second"},
        {Writer{}.u32(1).u32(1'000'000).u32(1).u32(1).raw(Buffer(1)).bytes,
         "not a packet: 1 bytes at fraction 1000000 of a second"},
    };
    for (const Row& row : rows) {
        Writer file = header(false, kMicroseconds, kEthernet);
        file.u32(1).u32(0).u32(262144).u32(262144).raw(noise(262144, 1)).raw(row.tail);
        const std::string path = directory.file("a.pcap", file.bytes);
        const Drained drained = drain_file(path);
        REQUIRE(drained.chunks.size() == 1);
        REQUIRE(drained.chunks[0].bytes.size() == 262144);
        REQUIRE_FALSE(drained.status);
        REQUIRE(drained.status.error().message == path + ": byte 262184: " + row.message);
        REQUIRE(drained.status.error().exit_code == EX_DATAERR);
    }
}

TEST_CASE("link types and versions that cannot be read are named") {
    TemporaryDirectory directory;
    REQUIRE(message_of(directory, header(true, kMicroseconds, 105).bytes) ==
            "link type 105 cannot be decoded; NFLOG (239), Ethernet (1) and raw IP (101) can");
    Writer old{false, {}};
    old.u32(kMicroseconds).u16(2).u16(2).u32(0).u32(0).u32(65535).u32(1);
    REQUIRE(message_of(directory, old.bytes) == "pcap version 2.2; only 2.4 can be read");
}

TEST_CASE("a capture that tcpdump made of the kernel's own messages is read") {
    const Drained drained = drain_file(NFLOGD_FIXTURES "/source/tcpdump-nflog.pcap");
    REQUIRE(drained.status);
    REQUIRE(drained.chunks.size() == 3);
    for (const OwnedChunk& chunk : drained.chunks) {
        REQUIRE(chunk.encoding == Encoding::nflog_message);
        REQUIRE(chunk.timestamp_ns > 1'700'000'000'000'000'000);
        REQUIRE(Buffer(chunk.bytes.begin(), chunk.bytes.begin() + 4) == Buffer{2, 0, 0, 5});
    }
}

TEST_CASE("reading a pcap file takes nothing from the heap") {
    TemporaryDirectory directory;
    Writer file = header(false, kMicroseconds, kEthernet);
    for (std::uint32_t i = 0; i < 10000; ++i) {
        file.u32(i).u32(0).u32(100).u32(100).raw(noise(100, 1));
    }
    auto input = open_input(directory.file("a.pcap", file.bytes));
    REQUIRE(input);
    std::size_t chunks = 0;
    const std::uint64_t before = allocations();
    while (true) {
        auto chunk = (*input)->next();
        if (!chunk || !*chunk) break;
        ++chunks;
    }
    const std::uint64_t after = allocations();
    REQUIRE(chunks == 10000);
    REQUIRE(after == before);
}
