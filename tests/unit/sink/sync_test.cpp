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

TEST_CASE("what a failed sync was to make durable is lost, and told") {
    LogPlace place;
    const auto sink = place.open();
    Faults faults;
    write_all(*sink, {"one"});
    place.clock.advance(1s);
    static_cast<void>(sink->tend());
    REQUIRE(sink->take_lost() == 0);
    const Lines event{"event"};
    REQUIRE(sink->write({event.batch().bytes, event.batch().ends, false}).records == 1);
    write_all(*sink, {"two", "three"});
    faults.fdatasync = [] { return EIO; };
    place.clock.advance(1s);
    static_cast<void>(sink->tend());
    REQUIRE(sink->take_lost() == 2);
    REQUIRE(sink->take_lost() == 0);
    REQUIRE(place.temp.names() == Names{"log", "log.20261123-100356"});
    REQUIRE(place.content("log.20261123-100356") == "one\nevent\ntwo\nthree\n");
}

TEST_CASE("after a failed sync nothing is written that is not synced at once") {
    LogPlace place;
    const auto sink = place.open();
    Faults faults;
    faults.fdatasync = [] { return EIO; };
    write_all(*sink, {"lost"});
    place.clock.advance(1s);
    static_cast<void>(sink->tend());
    REQUIRE(sink->take_lost() == 1);
    const Lines lines{"one", "two"};
    for (int i = 0; i < 3 * 3600; ++i) {
        REQUIRE_THAT(sink->write(lines.batch()).status.error().message, Contains("fdatasync"));
        place.clock.advance(1s);
        static_cast<void>(sink->tend());
    }
    faults.fdatasync = nullptr;
    const int before = faults.fdatasyncs;
    write_all(*sink, lines);
    REQUIRE(faults.fdatasyncs == before + 1);
    REQUIRE(place.content() == "one\ntwo\n");
    write_all(*sink, {"three"});  // trusted again: synced when it is due
    REQUIRE(faults.fdatasyncs == before + 1);
    REQUIRE(sink->take_lost() == 0);
    REQUIRE(place.temp.names() == Names{"log", "log.20261123-100355"});
    REQUIRE(place.content("log.20261123-100355") == "lost\n");
}

TEST_CASE("a disk that fails each other sync does not rotate all older files away") {
    LogPlace place;
    const auto sink = place.open();
    Faults faults;
    faults.fdatasync = [&] { return faults.fdatasyncs % 2 == 0 ? EIO : 0; };
    std::uint64_t written = 0;
    std::uint64_t lost = 0;
    for (int i = 0; i < 3600; ++i) {
        written += sink->write(Lines{"line"}.batch()).records;
        place.clock.advance(1s);
        static_cast<void>(sink->tend());
        lost += sink->take_lost();
    }
    REQUIRE(written == 3600);
    REQUIRE(lost > 0);
    REQUIRE(place.temp.names().size() == 2);
    REQUIRE(place.temp.bytes() == 3600 * 5);
}

TEST_CASE("a sync that fails at a rotation, at reopen, before a ledger or at the end is told") {
    LogPlace place;
    place.options.rotate.size = 8;
    const auto sink = place.open();
    Faults faults;
    int failures = 1;
    faults.fdatasync = [&] { return failures-- > 0 ? EIO : 0; };
    write_all(*sink, {"one", "two", "six"});  // the rotation syncs
    REQUIRE(sink->take_lost() == 2);
    write_all(*sink, {"ten"});
    failures = 1;
    REQUIRE(sink->reopen().ok());
    REQUIRE(sink->take_lost() == 1);
    write_all(*sink, {"end"});
    write_all(*sink, {"one"});
    failures = 1;
    REQUIRE_THAT(sink->sync().error().message, Contains("fdatasync"));
    REQUIRE(sink->take_lost() == 1);
    REQUIRE(sink->sync().ok());
    write_all(*sink, {"two"});
    write_all(*sink, {"six"});
    failures = 1;
    REQUIRE_FALSE(sink->close().ok());
    REQUIRE(sink->take_lost() == 1);
    REQUIRE(sink->sync().ok());
}

TEST_CASE("records in a file whose name could not be made durable are not durable") {
    LogPlace place;
    Faults faults;
    faults.fsync = [] { return EIO; };
    const auto sink = place.open();
    write_all(*sink, {"one"});
    place.clock.advance(1s);
    static_cast<void>(sink->tend());
    REQUIRE(sink->take_lost() == 1);
    REQUIRE(sink->write(Lines{"two"}.batch()).records == 0);
    faults.fsync = nullptr;
    write_all(*sink, {"two"});
    faults.fsync = [] { return EINVAL; };  // a file system that cannot do it
    write_all(*place.open(), {"three"});
    REQUIRE(place.content().ends_with("two\nthree\n"));
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
