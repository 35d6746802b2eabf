// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/stat.h>
#include <unistd.h>

#include "sink/faults.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Names = std::vector<std::string>;

namespace {

/// All that was kept, oldest first.
std::string everything(const LogPlace& place) {
    std::string text;
    for (const std::string& name : place.temp.names()) {
        if (name != "log") text += place.content(name);
    }
    return text + place.content();
}

}  // namespace

TEST_CASE("a file is rotated before it grows past its size, at a whole record") {
    LogPlace place;
    place.options.rotate.size = 12;
    const auto sink = place.open();
    write_all(*sink, {"one", "two", "six", "ten", "1"});  // 4 + 4 + 4 | 4 + 2
    REQUIRE(place.content("log.20261123-100354") == "one\ntwo\nsix\n");
    REQUIRE(place.content() == "ten\n1\n");
    write_all(*sink, {"12345"});
    REQUIRE(place.content() == "ten\n1\n12345\n");
    write_all(*sink, {""});
    REQUIRE(place.content("log.20261123-100354.1") == "ten\n1\n12345\n");
    REQUIRE(place.content() == "\n");
}

TEST_CASE("a record longer than the size has a file of its own") {
    LogPlace place;
    place.options.rotate.size = 8;
    const auto sink = place.open();
    write_all(*sink, {"a", "longer than eight", "b", "another long one", "c"});
    REQUIRE(place.content("log.20261123-100354") == "a\n");
    REQUIRE(place.content("log.20261123-100354.1") == "longer than eight\n");
    REQUIRE(place.content("log.20261123-100354.2") == "b\n");
    REQUIRE(place.content("log.20261123-100354.3") == "another long one\n");
    REQUIRE(place.content() == "c\n");
}

TEST_CASE("no record is lost or doubled over many rotations") {
    LogPlace place;
    place.options.rotate.size = 1000;
    place.options.sync = 0ms;
    auto sink = place.open();
    for (std::size_t i = 0; i < 500; i += 25) {
        write_all(*sink, numbered(25, 70, i));
        place.clock.advance(1s);
        if (i % 100 == 0) sink = place.open();
    }
    REQUIRE(everything(place) == numbered(500, 70).text());
    for (const std::string& name : place.temp.names()) {
        REQUIRE(stat_of(place.temp / name).st_size <= 1000);
        REQUIRE((stat_of(place.temp / name).st_mode & 07777) == 0640);
    }
}

TEST_CASE("a file is rotated at the full hour, by a write or without one") {
    const TimeZone zone("UTC0");
    LogPlace place;
    place.options.rotate.interval = 1h;
    place.options.sync = 0ms;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    REQUIRE(sink->tend() == place.clock.mono + 56min + 6s);
    place.clock.advance(56min + 5s);
    write_all(*sink, {"two"});
    REQUIRE(place.temp.names() == Names{"log"});
    place.clock.advance(1s);
    write_all(*sink, {"three"});
    REQUIRE(place.content("log.20261123-110000") == "one\ntwo\n");
    REQUIRE(place.content() == "three\n");
    place.clock.advance(1h);
    REQUIRE(sink->tend() == place.clock.mono + 1h);
    REQUIRE(place.content("log.20261123-120000") == "three\n");
    REQUIRE(place.content().empty());
}

TEST_CASE("an empty file is not rotated by time") {
    const TimeZone zone("UTC0");
    LogPlace place;
    place.options.rotate.interval = 1h;
    const auto sink = place.open();
    for (int i = 0; i < 10; ++i) {
        place.clock.advance(1h);
        REQUIRE(sink->tend() == place.clock.mono + 56min + 6s);
    }
    place.clock.advance(1h);
    write_all(*sink, {"one"});
    write_all(*sink, {"two"});
    REQUIRE(place.temp.names() == Names{"log"});
    REQUIRE(place.content() == "one\ntwo\n");
}

TEST_CASE("a file that a former run left is rotated when its period is over") {
    const TimeZone zone("UTC0");
    LogPlace place;
    place.options.rotate.interval = 24h;
    write_file(place.options.path, "yesterday\n");
    set_times(place.options.path, 1795428234 - 86'400);
    auto sink = place.open();
    write_all(*sink, {"today"});
    REQUIRE(place.content("log.20261123-100354") == "yesterday\n");
    set_times(place.options.path, 1795428234);
    sink = place.open();
    write_all(*sink, {"still today"});
    REQUIRE(place.content() == "today\nstill today\n");
}

TEST_CASE("a clock that jumps an hour to and fro rotates little and loses nothing") {
    const TimeZone zone("UTC0");
    LogPlace place;
    place.options.rotate.interval = 1h;
    const auto sink = place.open();
    for (std::size_t i = 0; i < 100; ++i) {
        place.clock.wall += i % 2 == 0 ? 1h : -1h;
        place.clock.mono += 1ms;
        const auto due = sink->tend();
        REQUIRE((!due || *due >= place.clock.mono));
        write_all(*sink, numbered(1, 10, i));
        write_all(*sink, numbered(1, 10, i));
    }
    // Each jump ahead is an hour that ends; none of the writes within it is.
    REQUIRE(place.temp.names().size() <= 51);
    REQUIRE(place.temp.bytes() == 2000);
}

TEST_CASE("a clock set back for good does not stop rotation") {
    const TimeZone zone("UTC0");
    LogPlace place;
    place.options.rotate.interval = 1h;
    place.clock.wall += 24h * 365 * 70;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    place.clock.wall -= 24h * 365 * 70;
    write_all(*sink, {"two"});
    REQUIRE(place.temp.names() == Names{"log"});
    place.clock.advance(1h);
    write_all(*sink, {"three"});
    REQUIRE(place.temp.names() == Names{"log", "log.20261123-110354"});
}

TEST_CASE("the newest rotated files are kept, and all names of others") {
    LogPlace place;
    write_file(place.temp / "log.1", "of logrotate\n");
    write_file(place.temp / "log.20200101-000000.gz", "of somebody\n");
    place.options.rotate.size = 4;
    place.options.rotate.keep = 2;
    const auto sink = place.open();
    for (const char* line : {"one", "two", "six", "ten", "end"}) {
        write_all(*sink, {line});
        place.clock.advance(1s);
    }
    REQUIRE(place.temp.names() == Names{"log", "log.1", "log.20200101-000000.gz",
                                        "log.20261123-100357", "log.20261123-100358"});
    REQUIRE(place.content("log.20261123-100357") == "six\n");
    REQUIRE(place.content() == "end\n");
}

TEST_CASE("a smaller keep holds from the next start on") {
    LogPlace place;
    for (int i = 1; i <= 5; ++i) {
        write_file(place.temp / ("log.2026010" + std::to_string(i) + "-000000"), "x\n");
    }
    place.options.rotate.keep = 1;
    const auto sink = place.open();
    REQUIRE(place.temp.names() == Names{"log", "log.20260105-000000"});
}

TEST_CASE("all files together stay below max_total, with the newest records") {
    LogPlace place;
    place.options.rotate.max_total = 1000;
    place.options.sync = 0ms;
    place.options.rotate.size = GENERATE(0U, 100U, 250U, 999U, 1000U, 5000U);
    const auto sink = place.open();
    for (std::size_t i = 0; i < 300; i += 3) {
        write_all(*sink, numbered(3, 50, i));
        INFO("size " << place.options.rotate.size << " at " << i);
        REQUIRE(place.temp.bytes() <= 1000);
        REQUIRE_THAT(place.content(), Catch::EndsWith(numbered(1, 50, i + 2).text()));
    }
    const std::string kept = everything(place);
    REQUIRE_THAT(numbered(300, 50).text(), Catch::EndsWith(kept));
    if (place.options.rotate.size == 100 || place.options.rotate.size == 0) {
        REQUIRE(kept.size() >= 850);
    }
}

TEST_CASE("a record longer than max_total stands alone") {
    LogPlace place;
    place.options.rotate.max_total = 100;
    const auto sink = place.open();
    write_all(*sink, {"one", std::string(200, 'x'), "two"});
    REQUIRE(place.temp.names() == Names{"log"});
    REQUIRE(place.content() == "two\n");
}

TEST_CASE("max_total holds for what a former run left") {
    LogPlace place;
    place.options.rotate.max_total = 1000;
    place.options.rotate.size = 500;
    write_file(place.temp / "log.20260101-000000", std::string(600, 'x'));
    write_file(place.temp / "log.20260102-000000.zst", std::string(600, 'x'));
    write_file(place.options.path, std::string(299, 'y') + '\n');
    const auto sink = place.open();
    REQUIRE(place.temp.names() == Names{"log", "log.20260102-000000.zst"});
}

TEST_CASE("a file that cannot be renamed grows on, and is rotated when it can be") {
    LogPlace place;
    place.options.rotate.size = 8;
    place.options.rotate.interval = 1h;
    place.options.sync = 0ms;
    const auto sink = place.open();
    {
        Faults faults;
        int renames = 0;
        faults.renameat2 = [&] {
            ++renames;
            return EACCES;
        };
        write_all(*sink, {"one", "two", "six", "ten"});
        write_all(*sink, {"end"});
        REQUIRE(place.content() == "one\ntwo\nsix\nten\nend\n");
        REQUIRE(renames == 1);
        REQUIRE(sink->tend() == place.clock.mono + 1s);
        place.clock.advance(1s);
        write_all(*sink, {"a"});
        REQUIRE(renames == 2);
    }
    place.clock.advance(1s);
    write_all(*sink, {"b"});
    REQUIRE(place.content("log.20261123-100356") == "one\ntwo\nsix\nten\nend\na\n");
    REQUIRE(place.content() == "b\n");
}

TEST_CASE("max_total holds even when the file cannot be renamed") {
    LogPlace place;
    place.options.rotate.max_total = 100;
    const auto sink = place.open();
    Faults faults;
    faults.renameat2 = [] { return EACCES; };
    std::size_t written = 0;
    Status status;
    for (std::size_t i = 0; i < 20; ++i) {
        const Lines line = numbered(1, 10, i);
        const Written out = sink->write(line.batch());
        written += out.records;
        status = out.status;
    }
    REQUIRE(written == 10);
    REQUIRE_THAT(status.error().message, Contains("max_total"));
    REQUIRE(place.content() == numbered(10, 10).text());
}

TEST_CASE("a file that was moved away is not renamed again, and the next one is its own") {
    LogPlace place;
    place.options.rotate.size = 8;
    const auto sink = place.open();
    write_all(*sink, {"one", "two"});
    REQUIRE(::rename(place.options.path.c_str(), (place.temp / "log.1").c_str()) == 0);
    write_file(place.options.path, "new\n");
    write_all(*sink, {"six"});
    REQUIRE(place.temp.names() == Names{"log", "log.1"});
    REQUIRE(place.content("log.1") == "one\ntwo\n");
    REQUIRE(place.content() == "new\nsix\n");
}

TEST_CASE("a link put in the file's place during rotation is not followed") {
    LogPlace place;
    place.options.rotate.size = 4;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    const Lines two{"two"};
    {
        Faults faults;
        faults.renameat2 = [&] {
            REQUIRE(::rename(place.options.path.c_str(), (place.temp / "log.1").c_str()) == 0);
            return ENOENT;
        };
        REQUIRE(::symlink("elsewhere", (place.temp / "link").c_str()) == 0);
        write_all(*sink, two);  // could not be renamed: grows on, wherever it is
    }
    REQUIRE(::rename((place.temp / "link").c_str(), place.options.path.c_str()) == 0);
    place.clock.advance(1s);
    const Lines six{"six"};
    const Written out = sink->write(six.batch());
    REQUIRE(out.records == 0);
    REQUIRE_THAT(out.status.error().message, Contains("symbolic link"));
    REQUIRE(::unlink(place.options.path.c_str()) == 0);
    write_all(*sink, six);
    REQUIRE(place.content("log.1") == "one\ntwo\n");
    REQUIRE(place.content() == "six\n");
    REQUIRE_FALSE(exists(place.temp / "elsewhere"));
}
