// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/recording.hpp"

#include "allocations.hpp"
#include "catch.hpp"
#include "files.hpp"
#include "source/input.hpp"

using namespace nflogd;
using namespace nflogd::source;

namespace {

constexpr std::uint64_t kTime = 1'700'000'000'123'456'789;

Writer header(bool big_endian) {
    Writer file{big_endian, {0x89, 'N', 'F', 'L', 'O', 'G', 0x0d, 0x0a}};
    file.u32(0x01020304).u16(1).u16(0);
    return file;
}

/// Three frames of 5, 0 and 9 bytes; where each ends.
struct Small {
    Buffer bytes;
    std::vector<std::size_t> ends;
};

Small small(bool big_endian) {
    Writer file = header(big_endian);
    std::vector<std::size_t> ends = {file.bytes.size()};
    std::uint32_t seed = 0;
    for (const std::uint32_t length : {5U, 0U, 9U}) {
        file.u32(length).u64(kTime + seed).raw(noise(length, seed));
        ++seed;
        ends.push_back(file.bytes.size());
    }
    return {file.bytes, ends};
}

}  // namespace

TEST_CASE("what is recorded is read back") {
    TemporaryDirectory directory;
    const std::string path = directory.path("a.nflog");
    auto writer = RecordingWriter::open(path);
    REQUIRE(writer);
    std::vector<Buffer> datagrams;
    for (const std::size_t size : {16UL, 0UL, 1UL, 65536UL, 262144UL, recording::kMaxDatagram}) {
        datagrams.push_back(noise(size, static_cast<std::uint32_t>(size)));
    }
    for (std::size_t i = 0; i < datagrams.size(); ++i) {
        REQUIRE(writer->write(datagrams[i], kTime + i));
    }
    REQUIRE(writer->flush());

    const Drained drained = drain_file(path);
    REQUIRE(drained.status);
    REQUIRE(drained.chunks.size() == datagrams.size());
    for (std::size_t i = 0; i < datagrams.size(); ++i) {
        REQUIRE(drained.chunks[i].bytes == datagrams[i]);
        REQUIRE(drained.chunks[i].timestamp_ns == kTime + i);
        REQUIRE(drained.chunks[i].encoding == Encoding::netlink);
        REQUIRE(drained.chunks[i].original_length == 0);
    }
}

TEST_CASE("a recording without a frame is good and empty") {
    TemporaryDirectory directory;
    REQUIRE(RecordingWriter::open(directory.path("a.nflog")));
    const Drained drained = drain_file(directory.path("a.nflog"));
    REQUIRE(drained.status);
    REQUIRE(drained.chunks.empty());
}

TEST_CASE("a recording cut anywhere gives its whole frames, then an error") {
    TemporaryDirectory directory;
    for (const bool big_endian : {false, true}) {
        const Small whole = small(big_endian);
        for (std::size_t length = 0; length <= whole.bytes.size(); ++length) {
            const Drained drained =
                drain_file(directory.file("cut", Bytes(whole.bytes).first(length)));
            std::size_t frames = 0;
            while (frames + 1 < whole.ends.size() && whole.ends[frames + 1] <= length) ++frames;
            const bool clean = length == whole.ends[frames];
            CAPTURE(big_endian, length);
            REQUIRE(drained.chunks.size() == frames);
            REQUIRE(drained.status.ok() == clean);
            if (!clean) REQUIRE(drained.status.error().exit_code == EX_DATAERR);
        }
    }
}

TEST_CASE("an error names the file, the place and what is there, and stays") {
    TemporaryDirectory directory;
    Small whole = small(false);
    const std::string path =
        directory.file("cut.nflog", Bytes(whole.bytes).first(whole.bytes.size() - 1));
    auto input = open_input(path);
    REQUIRE(input);
    const Drained drained = drain(**input);
    REQUIRE(drained.status.error().message ==
            path + ": byte 45: the last frame is cut short: 8 of 9 bytes");
    REQUIRE((*input)->next().error().message == drained.status.error().message);
}

TEST_CASE("frames before garbage are kept") {
    TemporaryDirectory directory;
    const Small whole = small(false);
    struct Row {
        Buffer tail;
        std::string message;
    };
    const std::vector<Row> rows = {
        {Buffer(4096, 0), "a hole of zero bytes instead of a frame"},
        {Buffer(64, 0xff), "not a frame: a length of 4294967295 bytes"},
        {Writer{}.u32((1 << 20) + 1).u64(1).raw(Buffer((1 << 20) + 1)).bytes,
         "not a frame: a length of 1048577 bytes"},
    };
    for (const Row& row : rows) {
        Buffer bytes = whole.bytes;
        bytes.insert(bytes.end(), row.tail.begin(), row.tail.end());
        const Drained drained = drain_file(directory.file("a.nflog", bytes));
        REQUIRE(drained.chunks.size() == 3);
        REQUIRE_FALSE(drained.status);
        REQUIRE(drained.status.error().exit_code == EX_DATAERR);
        REQUIRE(drained.status.error().message ==
                directory.path("a.nflog") + ": byte 66: " + row.message);
    }
}

TEST_CASE("headers of another version, with flags or without a mark are refused") {
    TemporaryDirectory directory;
    const Buffer magic(recording::kMagic.begin(), recording::kMagic.end());
    const std::vector<Buffer> headers = {
        Writer{false, magic}.u32(0x01020304).u16(2).u16(0).bytes,
        Writer{false, magic}.u32(0x01020304).u16(1).u16(1).bytes,
        Writer{true, magic}.u32(0x01020304).u16(2).u16(0).bytes,
        Writer{false, magic}.u32(0x02010403).u16(1).u16(0).bytes,
        Writer{false, magic}.u32(0).u16(1).u16(0).bytes,
    };
    for (const Buffer& bytes : headers) {
        const auto input = open_input(directory.file("a.nflog", bytes));
        REQUIRE_FALSE(input);
        REQUIRE(input.error().exit_code == EX_DATAERR);
    }
}

TEST_CASE("a recording of the other byte order gives datagrams of ours") {
    // One nlmsghdr (type NFULNL_MSG_PACKET), nfgenmsg, one attribute of 8 bytes.
    const auto datagram = [](bool big_endian) {
        Writer bytes{big_endian, {}};
        bytes.u32(28).u16(0x0400).u16(0).u32(7).u32(0);
        bytes.raw(Buffer{2, 0, 0, 100}).u16(8).u16(2).raw(Buffer{0, 0, 0, 42});
        return bytes.bytes;
    };
    TemporaryDirectory directory;
    const bool ours = std::endian::native == std::endian::big;
    Writer file = header(!ours);
    file.u32(28).u64(kTime).raw(datagram(!ours));
    const Drained drained = drain_file(directory.file("a.nflog", file.bytes));
    REQUIRE(drained.status);
    REQUIRE(drained.chunks.size() == 1);
    REQUIRE(drained.chunks[0].bytes == datagram(ours));
    REQUIRE(drained.chunks[0].timestamp_ns == kTime);
}

TEST_CASE("reading takes nothing from the heap") {
    TemporaryDirectory directory;
    Writer file = header(false);
    for (std::uint64_t i = 0; i < 10000; ++i) file.u32(100).u64(kTime + i).raw(noise(100, 1));
    auto input = open_input(directory.file("a.nflog", file.bytes));
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
