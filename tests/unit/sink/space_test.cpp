// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A file system that is really full: a small tmpfs in a mount namespace of this
/// program's own, which goes with it. Needs root; ends with 77 (skipped) without.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>

#include "catch_runner.hpp"
#include "sink/compressor.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// A tmpfs of 256 KiB.
class SmallDisk {
public:
    SmallDisk() {
        REQUIRE(::mount("tmpfs", temp.path().c_str(), "tmpfs", 0, "size=256k,mode=0755") == 0);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() { ::umount2(temp.path().c_str(), MNT_DETACH); }

    /// Takes all the room but `left` bytes (a multiple of a page).
    void fill(std::size_t left) const {
        write_file(temp / "ballast", std::string(kSize, 'x'));
        const auto all = static_cast<std::size_t>(stat_of(temp / "ballast").st_size);
        REQUIRE(::truncate((temp / "ballast").c_str(), static_cast<off_t>(all - left)) == 0);
    }
    void free_space() const { REQUIRE(::unlink((temp / "ballast").c_str()) == 0); }

    TempDir temp;

private:
    static constexpr std::size_t kSize = 256 << 10;
};

bool own_mounts() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

TEST_CASE("a full disk: exact count, no half line, and on when there is room") {
    const SmallDisk disk;
    const FakeClock clock{1795428234};
    FileOptions options;
    options.path = disk.temp / "log";
    const auto sink = std::move(*open_file(options, clock));
    disk.fill(8192);
    const Lines lines = numbered(1000, 150);
    const Written first = sink->write(lines.batch());
    REQUIRE(first.records == 8192 / 150);
    REQUIRE_THAT(first.status.error().message, Contains("No space left on device"));
    REQUIRE((read_file(options.path) == numbered(first.records, 150).text()));
    REQUIRE(sink->write(numbered(1000, 150, first.records).batch()).records == 0);
    REQUIRE((read_file(options.path) == numbered(first.records, 150).text()));
    disk.free_space();
    write_all(*sink, numbered(1000 - first.records, 150, first.records));
    REQUIRE((read_file(options.path) == lines.text()));
}

TEST_CASE("a disk that is full at the start is told") {
    const SmallDisk disk;
    disk.fill(0);
    FileOptions options;
    options.path = disk.temp / "log";
    const auto sink = open_file(options);
    REQUIRE_FALSE(sink.ok());
    REQUIRE(sink.error().exit_code == EX_CANTCREAT);
    REQUIRE_THAT(sink.error().message,
                 Contains(options.path) && Contains("no space left on device"));
    disk.free_space();
    REQUIRE(open_file(options).ok());
}

TEST_CASE("a disk that fills while compressing costs nothing") {
    const SmallDisk disk;
    const std::string rotated = "log.20260101-000000";
    std::string noise;
    for (std::uint64_t i = 0; noise.size() < 60'000; ++i) {
        noise += static_cast<char>((i * 0x9E3779B97F4A7C15U) >> 56U);
    }
    write_file(disk.temp / rotated, noise);
    disk.fill(0);
    const LogDirectory directory = std::move(*LogDirectory::open(disk.temp.path(), {}));
    RotatedFiles files(directory, "log");
    Compressor compressor(files);
    REQUIRE(removed_after(disk.temp.path(), rotated + ".zst.tmp", [&] { compressor.wake(); }));
    REQUIRE(disk.temp.names() == std::vector<std::string>{"ballast", rotated});
    REQUIRE((read_file(disk.temp / rotated) == noise));
    REQUIRE(removed_after(disk.temp.path(), rotated, [&] {
        disk.free_space();
        compressor.wake();
    }));
    REQUIRE((decompress(read_file(disk.temp / (rotated + ".zst"))) == noise));
}

TEST_CASE("max_total makes room at the start") {
    const SmallDisk disk;
    FileOptions options;
    options.path = disk.temp / "log";
    options.rotate.max_total = 10'000;
    write_file(disk.temp / "log.20260101-000000", std::string(300'000, 'x'));
    REQUIRE(open_file(options).ok());
    REQUIRE_FALSE(exists(disk.temp / "log.20260101-000000"));
}

int main(int argc, char** argv) {
    if (!is_root() || !own_mounts()) {
        std::puts("skipped: needs root and a mount namespace of its own");
        return nflogd::test::kSkipped;
    }
    return nflogd::test::run_tests(argc, argv);
}
