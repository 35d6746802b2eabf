// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "allocations.hpp"
#include "sink/faults.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Names = std::vector<std::string>;

TEST_CASE("records are appended to what is there") {
    const LogPlace place;
    write_file(place.options.path, "old\n");
    const auto sink = place.open();
    write_all(*sink, {"one", "two"});
    write_all(*sink, {"three"});
    REQUIRE(place.content() == "old\none\ntwo\nthree\n");
    REQUIRE(sink->write(Batch{}).records == 0);
    REQUIRE(sink->close().ok());
    REQUIRE(sink->close().ok());
}

TEST_CASE("a file torn at any byte is whole again after opening") {
    const std::string content = "first line\nsecond\nthe third line\n";
    for (std::size_t cut = 0; cut <= content.size(); ++cut) {
        const LogPlace place;
        write_file(place.options.path, content.substr(0, cut));
        const auto sink = place.open();
        write_all(*sink, {"next"});
        const std::string torn = content.substr(0, cut);
        INFO("cut at " << cut);
        REQUIRE(place.content() == torn.substr(0, torn.find_last_of('\n') + 1) + "next\n");
    }
}

TEST_CASE("a file that cannot be opened is one clear error") {
    LogPlace place;
    place.options.path = place.temp / "a/b/log";
    const auto sink = open_file(place.options, place.clock);
    REQUIRE_FALSE(sink.ok());
    REQUIRE(sink.error().exit_code == EX_CANTCREAT);
    REQUIRE_THAT(sink.error().message, Contains("a/b") && Contains("create its parent"));
    place.options.path = place.temp.path() + '/';
    REQUIRE(open_file(place.options, place.clock).error().exit_code == EX_CANTCREAT);
    place.options.path = place.temp / "link";
    REQUIRE(::symlink("x", place.options.path.c_str()) == 0);
    REQUIRE_THAT(open_file(place.options, place.clock).error().message, Contains("symbolic link"));
}

TEST_CASE("a file may be opened later, when that is possible") {
    LogPlace place;
    place.options.path = place.temp / "a/b/log";
    const auto sink =
        std::move(*open_file(place.options, place.clock, nullptr, Opening::when_possible));
    const Lines lines{"one", "two"};
    REQUIRE_THAT(sink->write(lines.batch()).status.error().message, Contains("a/b"));
    static_cast<void>(sink->tend());
    REQUIRE(sink->sync().ok());
    REQUIRE_FALSE(sink->reopen().ok());
    REQUIRE(::mkdir((place.temp / "a").c_str(), 0700) == 0);
    write_all(*sink, lines);
    REQUIRE(read_file(place.options.path) == "one\ntwo\n");
    REQUIRE(::rename(place.options.path.c_str(), (place.temp / "target").c_str()) == 0);
    REQUIRE(::symlink((place.temp / "target").c_str(), place.options.path.c_str()) == 0);
    const auto waiting =
        std::move(*open_file(place.options, place.clock, nullptr, Opening::when_possible));
    REQUIRE_THAT(waiting->write(lines.batch()).status.error().message, Contains("symbolic link"));
    REQUIRE(waiting->close().ok());
    REQUIRE(read_file(place.temp / "target") == "one\ntwo\n");
}

TEST_CASE("a tail that cannot be repaired is an error of opening") {
    const LogPlace place;
    write_file(place.options.path, "torn");
    Faults faults;
    faults.ftruncate = [] { return EPERM; };
    REQUIRE_THAT(open_file(place.options, place.clock).error().message,
                 Contains("cannot repair its end") && Contains("not permitted"));
}

TEST_CASE("a full disk stops at a whole record, and goes on when there is room") {
    const LogPlace place;
    const auto sink = place.open();
    const Lines lines{"one", "two", "three"};
    {
        Faults faults;
        faults.write = [&](std::size_t) { return faults.writes == 1 ? ssize_t{6} : -ENOSPC; };
        const Written out = sink->write(lines.batch());
        REQUIRE(out.records == 1);
        REQUIRE_THAT(out.status.error().message,
                     Contains(place.options.path) && Contains("No space left on device"));
        REQUIRE(place.content() == "one\n");
        REQUIRE(sink->write(lines.batch()).records == 0);
    }
    write_all(*sink, {"two", "three"});
    REQUIRE(place.content() == "one\ntwo\nthree\n");
}

TEST_CASE("external rotation: reopen begins a new file and the moved one is whole") {
    const LogPlace place;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    REQUIRE(::rename(place.options.path.c_str(), (place.temp / "log.1").c_str()) == 0);
    write_all(*sink, {"two"});
    REQUIRE(sink->reopen().ok());
    write_all(*sink, {"three"});
    REQUIRE(place.content("log.1") == "one\ntwo\n");
    REQUIRE(place.content() == "three\n");
}

TEST_CASE("reopening what did not move changes nothing") {
    const LogPlace place;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    REQUIRE(sink->reopen().ok());
    write_all(*sink, {"two"});
    REQUIRE(place.content() == "one\ntwo\n");
}

TEST_CASE("reopening repairs the tail of what is there now") {
    const LogPlace place;
    const auto sink = place.open();
    REQUIRE(::rename(place.options.path.c_str(), (place.temp / "log.1").c_str()) == 0);
    write_file(place.options.path, "whole\ntorn");
    REQUIRE(sink->reopen().ok());
    write_all(*sink, {"one"});
    REQUIRE(place.content() == "whole\none\n");
}

TEST_CASE("when reopening fails nothing is written to the file that was moved away") {
    const LogPlace place;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    REQUIRE(::rename(place.options.path.c_str(), (place.temp / "log.1").c_str()) == 0);
    REQUIRE(::symlink("elsewhere", place.options.path.c_str()) == 0);
    REQUIRE_THAT(sink->reopen().error().message, Contains("symbolic link"));
    const Lines two{"two"};
    REQUIRE_THAT(sink->write(two.batch()).status.error().message, Contains("symbolic link"));
    REQUIRE(place.content("log.1") == "one\n");
    REQUIRE_FALSE(exists(place.temp / "elsewhere"));
    REQUIRE(::unlink(place.options.path.c_str()) == 0);
    write_all(*sink, two);
    REQUIRE(place.content() == "two\n");
}

TEST_CASE("when reopening fails a file that nobody moved is gone on with") {
    const LogPlace place;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    Faults faults;
    faults.openat = [] { return EMFILE; };
    REQUIRE(sink->reopen().ok());
    write_all(*sink, {"two"});
    REQUIRE(place.content() == "one\ntwo\n");
}

TEST_CASE("a directory that was removed and made anew is found again") {
    LogPlace place;
    const std::string directory = place.temp / "logs";
    place.options.path = directory + "/log";
    place.options.rotate.size = 8;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    REQUIRE(::unlink(place.options.path.c_str()) == 0);
    REQUIRE(::rmdir(directory.c_str()) == 0);
    REQUIRE(::symlink(place.temp.path().c_str(), directory.c_str()) == 0);
    const Lines lines{"two", "six", "ten"};
    REQUIRE_THAT(sink->write(lines.batch()).status.error().message, Contains("symbolic link"));
    REQUIRE(place.temp.names() == Names{"logs"});
    REQUIRE(::unlink(directory.c_str()) == 0);
    write_file(directory, "not a directory");
    REQUIRE_FALSE(sink->write(lines.batch()).status.ok());
    REQUIRE(::unlink(directory.c_str()) == 0);
    write_all(*sink, lines);
    REQUIRE(read_file(directory + "/log.20261123-100354") == "two\nsix\n");
    REQUIRE(read_file(place.options.path) == "ten\n");
}

TEST_CASE("a directory that was moved away is left at reopen, but not for a link") {
    LogPlace place;
    const std::string directory = place.temp / "logs";
    const std::string moved = place.temp / "moved";
    place.options.path = directory + "/log";
    place.options.rotate.size = 4;
    const auto sink = place.open();
    REQUIRE(::rename(directory.c_str(), moved.c_str()) == 0);
    REQUIRE(::symlink(place.temp.path().c_str(), directory.c_str()) == 0);
    write_all(*sink, {"one", "two"});
    REQUIRE(sink->reopen().ok());
    write_all(*sink, {"six"});
    REQUIRE(read_file(moved + "/log") == "six\n");
    REQUIRE(place.temp.names() == Names{"logs", "moved"});
    REQUIRE(::unlink(directory.c_str()) == 0);
    REQUIRE(::mkdir(directory.c_str(), 0700) == 0);
    REQUIRE(sink->reopen().ok());
    write_all(*sink, {"ten"});
    REQUIRE(read_file(moved + "/log") == "six\n");
    REQUIRE(read_file(place.options.path) == "ten\n");
}

TEST_CASE("copytruncate leaves no hole and does not confuse the size limit") {
    LogPlace place;
    place.options.rotate.size = 10;
    const auto sink = place.open();
    write_all(*sink, {"12345678"});
    REQUIRE(::truncate(place.options.path.c_str(), 0) == 0);
    write_all(*sink, {"abcd"});
    REQUIRE(place.content() == "abcd\n");
    REQUIRE(place.temp.names() == Names{"log"});
}

TEST_CASE("a file that was removed is made anew before the next record") {
    const LogPlace place;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    REQUIRE(::unlink(place.options.path.c_str()) == 0);
    write_all(*sink, {"two"});
    REQUIRE(place.content() == "two\n");
    REQUIRE(::unlink(place.options.path.c_str()) == 0);
    REQUIRE(::mkdir(place.options.path.c_str(), 0700) == 0);
    const Lines three{"three"};
    REQUIRE(sink->write(three.batch()).records == 0);
    REQUIRE_FALSE(sink->tend().has_value());
    REQUIRE(::rmdir(place.options.path.c_str()) == 0);
    write_all(*sink, three);
    REQUIRE(place.content() == "three\n");
}

TEST_CASE("writing allocates nothing") {
    LogPlace place;
    place.options.rotate = {1 << 30, 3600s, 5, true, std::uint64_t{1} << 31};
    const auto sink = place.open();
    const Lines lines = numbered(64, 100);
    write_all(*sink, lines);
    const std::uint64_t before = allocations();
    std::size_t records = 0;
    for (int i = 0; i < 10'000; ++i) {
        records += sink->write(lines.batch()).records;
        static_cast<void>(sink->tend());
    }
    REQUIRE(allocations() == before);
    REQUIRE(records == 640'000);
    static_cast<void>(numbered(1, 100));
    REQUIRE(allocations() > before);  // the count does count
}
