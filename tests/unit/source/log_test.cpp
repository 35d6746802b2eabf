// SPDX-License-Identifier: GPL-2.0-or-later
//
// Logs as rotation leaves them, in a folder of the test's own.
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "files.hpp"
#include "source/log_reader.hpp"

using namespace nflogd;
using namespace nflogd::source;

namespace {

namespace fs = std::filesystem;

class Folder {
public:
    std::string operator/(const std::string& name) const { return root_.path(name); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(*this / name, std::ios::binary) << text;
    }
    void append(const std::string& name, const std::string& text) const {
        std::ofstream(*this / name, std::ios::binary | std::ios::app) << text;
    }
    void rename(const std::string& from, const std::string& to) const {
        fs::rename(*this / from, *this / to);
    }

private:
    TemporaryDirectory root_;
};

std::string line(int seq) {
    char text[128];
    std::snprintf(text, sizeof text,
                  R"({"timestamp":"2026-11-23T10:%02d:%02d.000000Z","event":"packet","seq":%d})",
                  seq / 60 % 60, seq % 60, seq);
    return std::string(text) + "\n";
}

std::string lines(int from, int to) {
    std::string text;
    for (int seq = from; seq < to; ++seq) text += line(seq);
    return text;
}

std::string zstd(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
    return out;
}

std::string gzip(const std::string& text) {
    std::string out(text.size() + 1024, '\0');
    z_stream state{};
    REQUIRE(::deflateInit2(&state, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string in = text;
    state.next_in = reinterpret_cast<Bytef*>(in.data());
    state.avail_in = static_cast<uInt>(in.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    REQUIRE(::deflate(&state, Z_FINISH) == Z_STREAM_END);
    out.resize(state.total_out);
    ::deflateEnd(&state);
    return out;
}

std::vector<LogPart> parts_of(const std::string& path) {
    std::vector<Error> faults;
    auto parts = log_parts(path, faults);
    REQUIRE(parts.ok());
    CHECK(faults.empty());
    return *parts;
}

/// All that is left; errors as lines.
std::string read_all(LogReader& reader) {
    std::string text;
    for (;;) {
        const auto block = reader.next();
        if (!block) {
            text += "ERROR " + fs::path(block.error().message).filename().string() + "\n";
        } else if (*block) {
            text += **block;
        } else {
            return text;
        }
    }
}

std::string read_new(LiveLog& log) {
    std::string text;
    for (;;) {
        const auto block = log.next();
        REQUIRE(block.ok());
        if (!*block) return text;
        text += **block;
    }
}

}  // namespace

TEST_CASE("names that rotation gives are told from others") {
    for (const char* name :
         {"n.json.20261123-100354", "n.json.20261123-100354.12", "n.json.20261123-100354.zst",
          "n.json.1", "n.json.10.gz", "n.json.3.zst", "n.json-20261123", "n.json-20261123.gz",
          "n.json-20261123-1795428234"}) {
        CAPTURE(name);
        CHECK(is_rotated("n.json", name));
    }
    for (const char* name :
         {"n.json", "n.json.", "n.json.old", "n.json.1.bak", "n.jsonx.1", "n.json-x",
          "n.json.20261123-100354.zst.tmp", "m.json.1", "n.json.gz", "n.json-1"}) {
        CAPTURE(name);
        CHECK_FALSE(is_rotated("n.json", name));
    }
}

TEST_CASE("all parts of a log are read in the order of their records") {
    const Folder folder;
    folder.write("n.json.3.gz", gzip(lines(0, 10)));
    folder.write("n.json-20261123", lines(10, 20));
    folder.write("n.json.20261123-100354.zst", zstd(lines(20, 30)));
    folder.write("n.json.20261123-100355", lines(30, 40));
    folder.write("n.json.20261123-100355.zst", zstd(lines(30, 35)) + "unfinished");
    folder.write("n.json.2", lines(40, 50));
    folder.write("n.json.1", "");
    folder.write("n.json", lines(50, 60) + R"({"half":)");
    folder.write("m.json", lines(90, 99));
    const auto parts = parts_of(folder / "n.json");
    CHECK(parts.size() == 6);
    LogReader reader(parts);
    CHECK(read_all(reader) == lines(0, 60) + R"({"half":)");
    LogReader late(since(parts, parts[3].first_ns + 1));
    CHECK(read_all(late).substr(0, 130) == lines(30, 60).substr(0, 130));
    LogReader exact(since(parts, parts[2].first_ns));
    CHECK(read_all(exact).substr(0, 130) == lines(20, 60).substr(0, 130));
}

TEST_CASE("since keeps the last part with records, whatever is behind it") {
    const Folder folder;
    folder.write("n.json.1", lines(0, 10));
    folder.write("n.json", "");
    LogReader reader(since(parts_of(folder / "n.json"), ~std::uint64_t{0}));
    CHECK(read_all(reader) == lines(0, 10));
}

TEST_CASE("a log without its live file is read all the same") {
    const Folder folder;
    folder.write("n.json.1.gz", gzip(lines(0, 3)));
    std::vector<Error> faults;
    const auto parts = log_parts(folder / "n.json", faults);
    REQUIRE(parts.ok());
    CHECK(faults.size() == 1);
    LogReader reader(*parts);
    CHECK(read_all(reader) == lines(0, 3));
    CHECK_FALSE(log_parts(folder / "none.json", faults).ok());
}

TEST_CASE("compressed files of several pieces are one, damaged ones end where they are damaged") {
    const Folder folder;
    folder.write("a", gzip(lines(0, 5)) + gzip(lines(5, 9)));
    folder.write("b", zstd(lines(0, 5)) + zstd(lines(5, 9)));
    const std::string cut = gzip(lines(0, 5)) + gzip(lines(5, 9)).substr(0, 30);
    folder.write("c", cut);
    const std::string cut_zstd = zstd(lines(0, 5)) + zstd(lines(5, 9)).substr(0, 20);
    folder.write("d", cut_zstd);
    std::string bad = zstd(lines(0, 500));
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 0x55);
    folder.write("e", bad + std::string(10, 'x'));
    LogReader good({{folder / "a", 0, false}, {folder / "b", 0, false}});
    CHECK(read_all(good) == lines(0, 9) + lines(0, 9));
    LogReader ends({{folder / "c", 0, false}, {folder / "d", 0, false}, {folder / "a", 0, false}});
    CHECK(read_all(ends) == lines(0, 5) + "ERROR c: its end is missing\n" + lines(0, 5) +
                                "ERROR d: its end is missing\n" + lines(0, 9));
    LogReader damaged({{folder / "e", 0, false}, {folder / "missing", 0, false}});
    CHECK(read_all(damaged).find("ERROR e: ") != std::string::npos);
}

TEST_CASE("a line that is too long is left out, and no other") {
    const Folder folder;
    folder.write("n", line(1) + std::string(LineBlocks::kMaxLine + 100'000, 'x') + "\n" + line(2) +
                          std::string(300'000, 'y') + "\n" + line(3));
    auto stream = open_stream(folder / "n");
    REQUIRE(stream.ok());
    LineBlocks blocks(std::move(*stream));
    std::string text;
    for (;;) {
        const auto block = blocks.next();
        REQUIRE(block.ok());
        if (!*block) break;
        text += **block;
    }
    CHECK(blocks.too_long() == 1);
    CHECK(text == line(1) + line(2) + std::string(300'000, 'y') + "\n" + line(3));
}

TEST_CASE("the last lines are the last, of whatever files they are in") {
    const Folder folder;
    folder.write("n.json.2.gz", gzip(lines(0, 1000)));
    folder.write("n.json.1", lines(1000, 3000));
    folder.write("n.json", lines(3000, 3500));
    const auto parts = parts_of(folder / "n.json");
    const auto every_third = [](std::string_view text) {
        const int seq = std::atoi(text.data() + text.rfind(':') + 1);
        if (seq % 100 == 1) return Wanted::beside;
        return seq % 3 == 0 ? Wanted::yes : Wanted::no;
    };
    std::vector<std::string> all;
    std::size_t total = 0;
    for (int seq = 0; seq < 3500; ++seq) {
        std::string text = line(seq);
        text.pop_back();
        if (every_third(text) != Wanted::no) all.push_back(text);
        total += every_third(text) == Wanted::yes ? 1U : 0U;
    }
    for (const std::size_t count :
         std::initializer_list<std::size_t>{0, 1, 10, 166, 167, 400, 900, 1156, 5000}) {
        std::vector<Error> faults;
        const auto last = last_lines(parts, count, nullptr, every_third, faults);
        CAPTURE(count);
        CHECK(faults.empty());
        REQUIRE(last.size() <= all.size());
        CHECK(std::equal(last.rbegin(), last.rend(), all.rbegin()));
        const auto counted = std::count_if(last.begin(), last.end(), [&](const std::string& text) {
            return every_third(text) == Wanted::yes;
        });
        CHECK(counted == static_cast<std::ptrdiff_t>(std::min(count, total)));
    }
}

TEST_CASE("a log is followed line by line from where its history ends") {
    const Folder folder;
    folder.write("n.json", lines(0, 5) + R"({"timestamp")");
    auto log = LiveLog::open(folder / "n.json");
    REQUIRE(log.ok());
    LogReader history(parts_of(folder / "n.json"), &*log);
    CHECK(read_all(history) == lines(0, 5));
    CHECK(read_new(*log).empty());
    folder.append("n.json", line(5).substr(12) + line(6).substr(0, 20));
    CHECK(read_new(*log) == line(5));
    folder.append("n.json", line(6).substr(20));
    CHECK(read_new(*log) == line(6));
    CHECK_FALSE(log->lost());
}

TEST_CASE("a log that is renamed away is read to its end, and then its successor") {
    const Folder folder;
    folder.write("n.json", lines(0, 5));
    auto log = LiveLog::open(folder / "n.json");
    REQUIRE(log.ok());
    folder.append("n.json", line(5));
    folder.rename("n.json", "n.json.1");
    CHECK(read_new(*log) == line(5));
    folder.append("n.json.1", line(6));  // its writer does not know yet
    CHECK(read_new(*log) == line(6));
    folder.write("n.json", "");
    folder.append("n.json.1", line(7));
    CHECK(read_new(*log) == line(7));
    folder.append("n.json.1", line(8));
    folder.append("n.json", line(9));
    CHECK(read_new(*log) == lines(8, 10));
    folder.append("n.json", line(10));
    CHECK(read_new(*log) == line(10));
    CHECK_FALSE(log->lost());
}

TEST_CASE("files that were rotated away before anybody looked are read in between") {
    const Folder folder;
    folder.write("n.json.20261118-090000", lines(0, 3));
    folder.write("n.json", lines(3, 5));
    auto log = LiveLog::open(folder / "n.json");
    REQUIRE(log.ok());
    folder.append("n.json", line(5));
    folder.rename("n.json", "n.json.20261118-100000");
    folder.write("n.json.20261118-110000", lines(6, 9));
    folder.write("n.json.20261118-120000", lines(9, 11));
    folder.write("n.json", lines(11, 12));
    CHECK(read_new(*log) == lines(5, 12));
    CHECK_FALSE(log->lost());
    folder.append("n.json", line(12));
    CHECK(read_new(*log) == line(12));
}

TEST_CASE("a log that is copied and truncated loses nothing if its copy is there") {
    const Folder folder;
    folder.write("n.json", lines(0, 50));
    auto log = LiveLog::open(folder / "n.json");
    REQUIRE(log.ok());
    folder.append("n.json", lines(50, 60));
    fs::copy_file(folder / "n.json", folder / "n.json.1");
    folder.write("n.json", "");
    CHECK(read_new(*log) == lines(50, 60));
    CHECK_FALSE(log->lost());
    folder.append("n.json", lines(60, 70));
    CHECK(read_new(*log) == lines(60, 70));
    SECTION("also when it is as long as before already") {
        fs::copy_file(folder / "n.json", folder / "n.json.2");
        folder.write("n.json", lines(70, 90));
        CHECK(read_new(*log) == lines(70, 90));
        CHECK_FALSE(log->lost());
    }
    SECTION("without a copy it says so") {
        folder.write("n.json", lines(75, 76));
        CHECK(read_new(*log) == lines(75, 76));
        CHECK(log->lost());
        CHECK_FALSE(log->lost());
    }
}

TEST_CASE("only a plain file is followed") {
    const Folder folder;
    CHECK_FALSE(LiveLog::open(folder / "none").ok());
    CHECK_FALSE(LiveLog::open(folder / "").ok());
}
