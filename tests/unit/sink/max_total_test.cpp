// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// rotate.max_total, looked at after every write while files are compressed.
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kTotal = 4 << 20;

/// Bytes of all files, each counted once though it be renamed meanwhile.
std::uint64_t bytes_in(const std::string& directory) {
    std::map<ino_t, std::uint64_t> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        struct stat info {};
        if (::lstat(entry.path().c_str(), &info) != 0) continue;  // gone meanwhile
        files[info.st_ino] = static_cast<std::uint64_t>(info.st_size);
    }
    std::uint64_t sum = 0;
    for (const auto& [inode, bytes] : files) sum += bytes;
    return sum;
}

/// Lines that hardly compress, or well.
Lines lines_of(bool noise, std::size_t count, std::uint64_t& state) {
    Lines lines;
    for (std::size_t i = 0; i < count; ++i) {
        std::string line(199, 'x');
        for (char& c : line) {
            if (!noise) break;
            state = state * 6364136223846793005U + 1442695040888963407U;
            c = static_cast<char>(0x21 + (state >> 33U) % 0x5d);
        }
        lines.add(line + std::to_string(i % 10));
    }
    return lines;
}

}  // namespace

TEST_CASE("all files together stay below max_total at every moment") {
    const bool noise = GENERATE(false, true);
    const std::uint64_t size = GENERATE(0U, 300U << 10U, 3U << 20U, 4U << 20U);
    LogPlace place;
    place.options.rotate.max_total = kTotal;
    place.options.rotate.size = size;
    place.options.rotate.compress = true;
    place.options.sync = 0ms;
    std::uint64_t state = 1;
    std::uint64_t most = 0;
    std::uint64_t written = 0;
    const auto sink = place.open();
    while (written < 8 * kTotal) {
        const Lines lines = lines_of(noise, 100, state);
        write_all(*sink, lines);
        written += lines.text().size();
        most = std::max(most, bytes_in(place.temp.path()));
        place.clock.advance(1s);
    }
    INFO("size " << size << " noise " << noise);
    REQUIRE(most <= kTotal);
    if (noise) REQUIRE(most > kTotal / 2);  // the other shrinks as fast as it comes
    REQUIRE(sink->close().ok());
}

TEST_CASE("a huge file of a former run is compressed only if that fits") {
    const bool noise = GENERATE(false, true);
    LogPlace place;
    place.options.rotate.max_total = kTotal;
    place.options.rotate.size = 1 << 20;
    place.options.rotate.compress = true;
    place.options.sync = 0ms;
    std::uint64_t state = 1;
    write_file(place.temp / "log.20260101-000000", lines_of(noise, 15'000, state).text());
    std::unique_ptr<Sink> sink;
    const std::string gone = noise ? ".zst.tmp" : "";
    REQUIRE(removed_after(place.temp.path(), "log.20260101-000000" + gone,
                          [&] { sink = place.open(); }));
    REQUIRE(exists(place.temp / "log.20260101-000000") == noise);
    for (int i = 0; i < 1000; ++i) {
        write_all(*sink, lines_of(false, 100, state));
        REQUIRE(bytes_in(place.temp.path()) <= kTotal);
        place.clock.advance(1s);
    }
    REQUIRE_FALSE(exists(place.temp / "log.20260101-000000"));
}
