// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/compressor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/compress.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace {

constexpr std::uint64_t kNoLimit = Compressor::kNoLimit;

/// Text that is neither all alike nor without pattern.
std::string sample(std::size_t size) {
    std::string text;
    for (std::uint32_t i = 1; text.size() < size; ++i) text += std::to_string(i * 2'654'435'761U);
    text.resize(size);
    return text;
}

Fd open_for(const std::string& path, int flags) {
    return Fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
}

}  // namespace

TEST_CASE("what is compressed comes back byte for byte") {
    const std::atomic<bool> go{false};
    for (const std::size_t size : {0U, 1U, 131'072U, 1'000'003U, 5'000'000U}) {
        const TempDir temp;
        const std::string text = sample(size);
        write_file(temp / "in", text);
        const Fd in = open_for(temp / "in", O_RDONLY);
        const Fd out = open_for(temp / "out", O_WRONLY | O_CREAT);
        REQUIRE(*compress(in.get(), out.get(), kNoLimit, go) == Compressed::done);
        REQUIRE((decompress(read_file(temp / "out")) == text));
        REQUIRE(read_file(temp / "out").size() <= text.size() + 64);
    }
}

TEST_CASE("compression ends when it is told to, or when nobody wants the file") {
    const TempDir temp;
    write_file(temp / "in", sample(1'000'000));
    const Fd out = open_for(temp / "out", O_WRONLY | O_CREAT);
    const Fd in = open_for(temp / "in", O_RDONLY);
    REQUIRE(*compress(in.get(), out.get(), kNoLimit, true) == Compressed::unwanted);
    REQUIRE(::unlink((temp / "in").c_str()) == 0);
    REQUIRE(*compress(in.get(), out.get(), kNoLimit, false) == Compressed::unwanted);
}

TEST_CASE("compression ends when there is no room for all of it") {
    const TempDir temp;
    write_file(temp / "in", sample(1'000'000));
    const auto attempt = [&](std::uint64_t limit) {
        const Fd in = open_for(temp / "in", O_RDONLY);
        const Fd out = open_for(temp / "out", O_WRONLY | O_CREAT | O_TRUNC);
        return *compress(in.get(), out.get(), limit, false);
    };
    REQUIRE(attempt(kNoLimit) == Compressed::done);
    const auto size = static_cast<std::uint64_t>(stat_of(temp / "out").st_size);
    REQUIRE(attempt(size) == Compressed::done);
    for (const std::uint64_t limit : {std::uint64_t{0}, size / 2, size - 1}) {
        REQUIRE(attempt(limit) == Compressed::too_large);
        REQUIRE(static_cast<std::uint64_t>(stat_of(temp / "out").st_size) <= limit);
    }
}

TEST_CASE("compression tells why it failed") {
    const TempDir temp;
    write_file(temp / "in", sample(1000));
    const Fd in = open_for(temp / "in", O_RDONLY);
    const Fd full = open_for("/dev/full", O_WRONLY);
    REQUIRE(compress(in.get(), full.get(), kNoLimit, false).error().message ==
            "write: No space left on device");
    REQUIRE(compress(full.get(), full.get(), kNoLimit, false).error().message ==
            "read: Bad file descriptor");
}

TEST_CASE("a rotated file is compressed in the background, with its owner, mode and time") {
    LogPlace place;
    place.options.rotate.size = 1 << 20;
    place.options.rotate.compress = true;
    place.options.mode = 0604;
    if (is_root()) place.options.group = 54321;
    const auto sink = place.open();
    const Lines lines = numbered(5000, 200);
    write_all(*sink, lines);
    set_times(place.options.path, 1795420000);
    REQUIRE(removed_after(place.temp.path(), "log.20261123-100354",
                          [&] { write_all(*sink, numbered(300, 200, 5000)); }));
    REQUIRE(place.temp.names() == Names{"log", "log.20261123-100354.zst"});
    const std::string packed = place.content("log.20261123-100354.zst");
    REQUIRE(packed.size() < lines.text().size() / 4);
    REQUIRE((decompress(packed) + place.content() == numbered(5300, 200).text()));
    const auto info = stat_of(place.temp / "log.20261123-100354.zst");
    REQUIRE((info.st_mode & 07777) == 0604);
    REQUIRE(info.st_gid == place.options.group.value_or(::getegid()));
}

TEST_CASE("what a killed run left is compressed after the next start") {
    LogPlace place;
    place.options.rotate.compress = true;
    write_file(place.temp / "log.20260101-000000", "old\n");
    write_file(place.temp / "log.20260102-000000", "cut short\n");
    set_times(place.temp / "log.20260102-000000", 1700000000);
    write_file(place.temp / "log.20260102-000000.zst.tmp", "half a frame");
    write_file(place.temp / "log.20260103-000000", "published\n");
    write_file(place.temp / "log.20260103-000000.zst", "as it was");
    std::unique_ptr<Sink> sink;
    REQUIRE(removed_after(place.temp.path(), "log.20260102-000000", [&] { sink = place.open(); }));
    REQUIRE(place.temp.names() == Names{"log", "log.20260101-000000.zst", "log.20260102-000000.zst",
                                        "log.20260103-000000.zst"});
    REQUIRE(decompress(place.content("log.20260101-000000.zst")) == "old\n");
    REQUIRE(decompress(place.content("log.20260102-000000.zst")) == "cut short\n");
    REQUIRE(stat_of(place.temp / "log.20260102-000000.zst").st_mtime == 1700000000);
    REQUIRE(place.content("log.20260103-000000.zst") == "as it was");
}

TEST_CASE("without compression what is there stays as it is") {
    LogPlace place;
    write_file(place.temp / "log.20260101-000000", "old\n");
    place.options.rotate.size = 4;
    const auto sink = place.open();
    write_all(*sink, {"one", "two"});
    REQUIRE(sink->close().ok());
    REQUIRE(place.temp.names() == Names{"log", "log.20260101-000000", "log.20261123-100354"});
}

TEST_CASE("closing ends the compressor and leaves one whole form of each file") {
    LogPlace place;
    place.options.rotate.compress = true;
    const std::string text = sample(20'000'000);
    write_file(place.temp / "log.20260101-000000", text);
    for (int i = 0; i < 5 && exists(place.temp / "log.20260101-000000"); ++i) {
        const auto sink = place.open();
        REQUIRE(sink->close().ok());
        REQUIRE(place.temp.names().size() == 2);
    }
    const bool plain = exists(place.temp / "log.20260101-000000");
    const std::string name = plain ? "log.20260101-000000" : "log.20260101-000000.zst";
    const std::string content = place.content(name);
    REQUIRE(((plain ? content : decompress(content)) == text));
}

TEST_CASE("files removed while they are compressed never come back") {
    LogPlace place;
    place.options.rotate.compress = true;
    place.options.rotate.keep = 1;
    place.options.rotate.size = 100'000;
    place.options.sync = 0ms;
    const auto sink = place.open();
    for (std::size_t i = 0; i < 200; ++i) {
        write_all(*sink, numbered(1000, 100, i * 1000));
        place.clock.advance(1s);
    }
    REQUIRE(sink->close().ok());
    const Names names = place.temp.names();
    REQUIRE(names.size() == 2);
    REQUIRE_THAT(names[1], Catch::StartsWith("log.20261123-100713"));
    const std::string last = place.content(names[1]);
    const std::string text = names[1].ends_with(".zst") ? decompress(last) : last;
    REQUIRE((text == numbered(1000, 100, 198'000).text()));
}

TEST_CASE("max_total holds while files are compressed") {
    LogPlace place;
    place.options.rotate.compress = true;
    place.options.rotate.max_total = 200'000;
    place.options.rotate.size = 20'000;
    place.options.sync = 0ms;
    const auto sink = place.open();
    for (std::size_t i = 0; i < 1000; ++i) write_all(*sink, numbered(10, 100, i * 10));
    REQUIRE(sink->close().ok());
    REQUIRE(place.temp.bytes() <= 200'000);
    REQUIRE(place.content().ends_with(numbered(1, 100, 9999).text()));
}

TEST_CASE("a file that cannot be read is passed over") {
    const TempDir temp;
    LogDirectory directory = std::move(*LogDirectory::open(temp.path(), {}));
    RotatedFiles files(directory, "log");
    write_file(temp / "log.20260101-000000", "first\n");
    // Its compressed form cannot be made: the name is taken by a directory.
    REQUIRE(::mkdir((temp / "log.20260101-000000.zst.tmp").c_str(), 0700) == 0);
    write_file(temp / "log.20260102-000000", "second\n");
    Compressor compressor(files);
    REQUIRE(removed_after(temp.path(), "log.20260102-000000", [&] { compressor.wake(); }));
    compressor.stop();
    REQUIRE(read_file(temp / "log.20260101-000000") == "first\n");
    REQUIRE(decompress(read_file(temp / "log.20260102-000000.zst")) == "second\n");
    compressor.wake();  // after stop(): nothing is started
}
