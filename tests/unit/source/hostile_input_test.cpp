// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes that mean harm: whatever a file holds, reading it ends, and ends well.
#include <algorithm>
#include <random>

#include "catch.hpp"
#include "files.hpp"
#include "source/recording.hpp"

using namespace nflogd;
using namespace nflogd::source;

namespace {

Buffer recording_of(bool big_endian) {
    Writer file{big_endian, {0x89, 'N', 'F', 'L', 'O', 'G', 0x0d, 0x0a}};
    file.u32(0x01020304).u16(1).u16(0);
    for (std::uint32_t i = 0; i < 4; ++i) {
        Writer datagram{big_endian, {}};
        datagram.u32(28).u16(0x0400).u16(0).u32(i).u32(0);
        datagram.raw(Buffer{2, 0, 0, 100}).u16(8).u16(2).raw(Buffer{0, 0, 0, 42});
        file.u32(28).u64(1'700'000'000'000'000'000 + i).raw(datagram.bytes);
    }
    return file.bytes;
}

Buffer pcap_of(bool big_endian, std::uint32_t link_type) {
    Writer file{big_endian, {}};
    file.u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link_type);
    for (std::uint32_t i = 1; i <= 4; ++i) {
        file.u32(i).u32(0).u32(12).u32(12);
        file.raw(Buffer{2, 0, 0, 100}).u16(8).u16(2).raw(Buffer{0, 0, 0, 42});
    }
    return file.bytes;
}

/// No chunk may be larger than the file that it came from.
void read_to_the_end(const TemporaryDirectory& directory, const Buffer& bytes) {
    const Drained drained = drain_file(directory.file("hostile", bytes));
    std::size_t total = 0;
    for (const OwnedChunk& chunk : drained.chunks) total += chunk.bytes.size();
    REQUIRE(total <= bytes.size());
    if (!drained.status) REQUIRE(drained.status.error().exit_code == EX_DATAERR);
}

}  // namespace

TEST_CASE("random bytes are refused or read, and reading ends") {
    TemporaryDirectory directory;
    for (std::uint32_t seed = 0; seed < 500; ++seed) {
        read_to_the_end(directory, noise(seed, seed));
    }
}

TEST_CASE("a good file with random bytes changed is read to its end or to an error") {
    TemporaryDirectory directory;
    const std::vector<Buffer> seeds = {recording_of(false), recording_of(true), pcap_of(false, 1),
                                       pcap_of(true, 239)};
    std::mt19937 random(1);
    for (int round = 0; round < 4000; ++round) {
        Buffer bytes = seeds[static_cast<std::size_t>(round) % seeds.size()];
        for (std::uint32_t changes = random() % 4 + 1; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        read_to_the_end(directory, bytes);
    }
}

TEST_CASE("random bytes behind a good header are read to an error") {
    TemporaryDirectory directory;
    std::mt19937 random(2);
    for (std::uint32_t seed = 0; seed < 500; ++seed) {
        for (const Buffer& good : {recording_of(false), pcap_of(false, 239)}) {
            const std::size_t keep = good[0] == 0x89 ? 16 : 24;
            Buffer bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(keep));
            const Buffer tail = noise(random() % 5000, seed);
            bytes.insert(bytes.end(), tail.begin(), tail.end());
            read_to_the_end(directory, bytes);
        }
    }
}
