// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include "sink/faults.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Names = std::vector<std::string>;

TEST_CASE("written records are synced once, when the time is up") {
    LogPlace place;
    const auto sink = place.open();
    const auto start = place.clock.mono;
    Faults faults;
    REQUIRE_FALSE(sink->tend());
    write_all(*sink, {"one"});
    REQUIRE(sink->tend() == start + 1s);
    place.clock.mono += 999ms;
    write_all(*sink, {"two"});
    REQUIRE(sink->tend() == start + 1s);
    REQUIRE(faults.fdatasyncs == 0);
    place.clock.mono += 1ms;
    REQUIRE_FALSE(sink->tend());
    REQUIRE(faults.fdatasyncs == 1);
    place.clock.mono += 1h;
    REQUIRE_FALSE(sink->tend());
    REQUIRE(faults.fdatasyncs == 1);
}

TEST_CASE("a lane that only writes is synced as well") {
    LogPlace place;
    const auto sink = place.open();
    Faults faults;
    for (int i = 0; i < 100; ++i) {
        write_all(*sink, {"one"});
        place.clock.mono += 100ms;
    }
    REQUIRE(faults.fdatasyncs == 9);
}

TEST_CASE("sync 0 never syncs, a negative one after each write") {
    LogPlace place;
    place.options.sync = 0ms;
    Faults faults;
    {
        const auto sink = place.open();
        write_all(*sink, {"one"});
        place.clock.mono += 1h;
        REQUIRE_FALSE(sink->tend());
        REQUIRE(sink->close().ok());
        REQUIRE(faults.fdatasyncs == 0);
    }
    place.options.sync = -1ms;
    const auto sink = place.open();
    write_all(*sink, {"two"});
    write_all(*sink, {"three", "four"});
    REQUIRE(faults.fdatasyncs == 2);
    REQUIRE_FALSE(sink->tend());
}

TEST_CASE("closing and rotating sync") {
    LogPlace place;
    place.options.rotate.size = 4;
    const auto sink = place.open();
    Faults faults;
    write_all(*sink, {"one", "two"});
    REQUIRE(faults.fdatasyncs == 1);
    REQUIRE(sink->close().ok());
    REQUIRE(faults.fdatasyncs == 2);
}

TEST_CASE("a failure to sync at the end is told") {
    const LogPlace place;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    Faults faults;
    faults.fdatasync = [] { return EIO; };
    REQUIRE_THAT(sink->close().error().message,
                 Contains(place.options.path) && Contains("Input/output error"));
}

TEST_CASE("after a failed sync a new file is begun, once an hour at most") {
    LogPlace place;
    const auto sink = place.open();
    Faults faults;
    faults.fdatasync = [] { return EIO; };
    for (int i = 0; i < 3600; ++i) {
        write_all(*sink, {"line"});
        place.clock.advance(1s);
        static_cast<void>(sink->tend());
    }
    REQUIRE(place.temp.names() == Names{"log", "log.20261123-100355"});
    REQUIRE(place.content("log.20261123-100355") == "line\n");
    REQUIRE(place.content().size() == 3599 * 5);
    write_all(*sink, {"line"});
    place.clock.advance(1s);
    static_cast<void>(sink->tend());
    REQUIRE(place.temp.names().size() == 3);
    faults.fdatasync = nullptr;
    write_all(*sink, {"line"});
    REQUIRE(sink->close().ok());
}

TEST_CASE("with a sync after each write, what failed was not written") {
    LogPlace place;
    place.options.sync = -1ms;
    const auto sink = place.open();
    write_all(*sink, {"one"});
    const Lines lines{"two", "three"};
    {
        Faults faults;
        faults.fdatasync = [] { return EIO; };
        const Written out = sink->write(lines.batch());
        REQUIRE(out.records == 0);
        REQUIRE_THAT(out.status.error().message, Contains("fdatasync"));
        REQUIRE(sink->write(lines.batch()).records == 0);
        REQUIRE(place.temp.names() == Names{"log", "log.20261123-100354"});
    }
    write_all(*sink, lines);
    REQUIRE(place.content("log.20261123-100354") == "one\n");
    REQUIRE(place.content() == "two\nthree\n");
}
