// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// on_disk_full: a disk that has room for so many bytes, played by write().
#include "sink/disk_full.hpp"

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

/// Takes what fits beside all that is in the directory.
void limit_disk(Faults& faults, const LogPlace& place, std::uint64_t size, int error = ENOSPC) {
    faults.write = [&place, size, error](std::size_t wanted) -> ssize_t {
        const std::uint64_t used = place.temp.bytes();
        if (used >= size) return -error;
        return static_cast<ssize_t>(std::min<std::uint64_t>(wanted, size - used));
    };
}

/// Names that look like ours and are not.
const Names kOthers = {"log.1", "log.20200101-000000.gz", "log.old", "other.20200101-000000"};

void put_others(const LogPlace& place) {
    for (const std::string& name : kOthers) write_file(place.temp / name, "of somebody\n");
    REQUIRE(::mkdir((place.temp / "log.20190101-000000").c_str(), 0700) == 0);
}

}  // namespace

TEST_CASE("by default a full disk deletes nothing") {
    LogPlace place;
    write_file(place.temp / "log.20260101-000000", "old\n");
    const auto sink = place.open();
    Faults faults;
    limit_disk(faults, place, 10);
    REQUIRE(sink->write(Lines{"one", "two"}.batch()).records == 1);
    REQUIRE(place.temp.names() == Names{"log", "log.20260101-000000"});
}

TEST_CASE("the oldest rotated files go, one at a time, and every record is written") {
    const int error = GENERATE(ENOSPC, EDQUOT);
    LogPlace place;
    place.options.on_disk_full = OnDiskFull::delete_oldest;
    place.options.rotate.size = 100;
    put_others(place);
    const auto sink = place.open();
    Faults faults;
    limit_disk(faults, place, 10'000, error);
    const std::string all = numbered(1000, 50).text();
    for (std::size_t i = 0; i < 1000; i += 10) write_all(*sink, numbered(10, 50, i));
    std::string kept;
    for (const std::string& name : place.temp.names()) {
        if (name.starts_with("log.2026")) kept += place.content(name);
    }
    kept += place.content();
    REQUIRE_THAT(all, Catch::EndsWith(kept));
    REQUIRE(kept.size() > 9000);
    for (const std::string& name : kOthers) REQUIRE(place.content(name) == "of somebody\n");
    REQUIRE(exists(place.temp / "log.20190101-000000"));
}

TEST_CASE("with no rotated file left the output waits, whole records only") {
    LogPlace place;
    place.options.on_disk_full = OnDiskFull::delete_oldest;
    write_file(place.temp / "log.20260101-000000", "old\n");
    put_others(place);
    const auto sink = place.open();
    Faults faults;
    std::uint64_t room = 6;
    faults.write = [&](std::size_t wanted) -> ssize_t {
        if (room == 0) return -ENOSPC;
        const std::uint64_t take = std::min<std::uint64_t>(wanted, room);
        room -= take;
        return static_cast<ssize_t>(take);
    };
    const Written out = sink->write(Lines{"one", "two", "six"}.batch());
    REQUIRE(out.records == 1);
    REQUIRE_THAT(out.status.error().message, Contains("No space left on device"));
    REQUIRE(place.content() == "one\n");
    REQUIRE_FALSE(exists(place.temp / "log.20260101-000000"));
    for (const std::string& name : kOthers) REQUIRE(exists(place.temp / name));
}

TEST_CASE("other failures delete nothing") {
    const int error = GENERATE(EIO, EROFS, EFBIG, EACCES);
    LogPlace place;
    place.options.on_disk_full = OnDiskFull::delete_oldest;
    write_file(place.temp / "log.20260101-000000", "old\n");
    const auto sink = place.open();
    Faults faults;
    faults.write = [&](std::size_t) { return -error; };
    REQUIRE(sink->write(Lines{"one"}.batch()).records == 0);
    REQUIRE(exists(place.temp / "log.20260101-000000"));
}

TEST_CASE("a disk without room for a new file gets it from the oldest one") {
    LogPlace place;
    place.options.on_disk_full = OnDiskFull::delete_oldest;
    write_file(place.temp / "log.20260101-000000", "old\n");
    const auto sink = place.open();
    REQUIRE(::unlink(place.options.path.c_str()) == 0);
    Faults faults;
    int failures = 1;
    // Not the listing of the directory, which makes nothing.
    faults.openat = [&] { return failures-- > 0 ? ENOSPC : 0; };
    write_all(*sink, {"one"});
    REQUIRE(place.temp.names() == Names{"log"});
    write_file(place.temp / "log.20260101-000000", "old\n");
    REQUIRE(::unlink(place.options.path.c_str()) == 0);
    REQUIRE(::symlink("x", place.options.path.c_str()) == 0);
    REQUIRE(sink->write(Lines{"two"}.batch()).records == 0);
    REQUIRE(exists(place.temp / "log.20260101-000000"));
}

TEST_CASE("deleting is told when it begins and when it ends") {
    const TempDir temp;
    const LogDirectory directory = std::move(*LogDirectory::open(temp.path(), {}));
    RotatedFiles files(directory, "log");
    DiskFull disk_full(OnDiskFull::delete_oldest, files, "log");
    for (const char* name : {"log.20260101-000000", "log.20260102-000000.zst"}) {
        write_file(temp / name, "12345");
    }
    REQUIRE_FALSE(disk_full.due());
    REQUIRE(disk_full.make_room(ENOSPC, 0s) == std::uint64_t{5});
    REQUIRE(temp.names() == Names{"log.20260102-000000.zst"});
    REQUIRE(disk_full.due() == 60s);
    disk_full.tend(59s);
    REQUIRE(disk_full.due() == 60s);
    disk_full.tend(60s);
    REQUIRE_FALSE(disk_full.due());
    REQUIRE(disk_full.make_room(EDQUOT, 100s) == std::uint64_t{5});
    REQUIRE_FALSE(disk_full.make_room(ENOSPC, 101s));
    REQUIRE_FALSE(disk_full.due());
}
