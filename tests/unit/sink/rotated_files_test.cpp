// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/rotated_files.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "catch.hpp"
#include "sink/faults.hpp"
#include "sink/retention.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using Names = std::vector<std::string>;

namespace {

constexpr std::int64_t kNoon = 1795428234;  // 2026-11-23 10:03:54 UTC

struct Place {
    TempDir temp;
    LogDirectory directory = std::move(*LogDirectory::open(temp.path(), {}));
    RotatedFiles files{directory, "log"};

    void put(const std::string& name, std::size_t size) const {
        write_file(temp / name, std::string(size, 'x'));
    }
};

}  // namespace

TEST_CASE("rotated files are listed oldest first, both forms as one") {
    const Place place;
    place.put("log", 1);
    place.put("log.20261123-100354.10", 30);
    place.put("log.20261123-100354.9.zst", 20);
    place.put("log.20261123-100354.2", 100);
    place.put("log.20261123-100354.2.zst", 10);
    place.put("log.20261123-100354.10.zst.tmp", 1000);
    place.put("log.1", 1000);
    REQUIRE(::mkdir((place.temp / "log.20271123-100354").c_str(), 0700) == 0);
    REQUIRE(::symlink("log", (place.temp / "log.20281123-100354").c_str()) == 0);
    const auto list = place.files.list();
    REQUIRE(list);
    REQUIRE(list->size() == 3);
    REQUIRE((*list)[0].id.number == 2);
    REQUIRE((*list)[0].bytes == 100);
    REQUIRE((*list)[0].plain);
    REQUIRE((*list)[0].compressed);
    REQUIRE((*list)[1].bytes == 20);
    REQUIRE_FALSE((*list)[1].plain);
    REQUIRE((*list)[2].id.number == 10);
}

TEST_CASE("names tell the order even when the clock goes back") {
    Place place;
    for (const std::int64_t when : {kNoon, kNoon, kNoon - 86'400, kNoon + 1, std::int64_t{0}}) {
        place.put("log", 1);
        REQUIRE(place.files.add(when) == 0);
    }
    REQUIRE(place.temp.names() == Names{"log.20261123-100354", "log.20261123-100354.1",
                                        "log.20261123-100354.2", "log.20261123-100355",
                                        "log.20261123-100355.1"});
}

TEST_CASE("a compressed file's name is not given again") {
    Place place;
    place.put("log.20261123-100354.zst", 1);
    place.put("log", 1);
    REQUIRE(place.files.add(kNoon) == 0);
    REQUIRE(place.temp.names() == Names{"log.20261123-100354.1", "log.20261123-100354.zst"});
}

TEST_CASE("a name taken by something else is passed over") {
    Place place;
    REQUIRE(::mkdir((place.temp / "log.20261123-100354").c_str(), 0700) == 0);
    place.put("log", 1);
    REQUIRE(place.files.add(kNoon) == 0);
    REQUIRE(exists(place.temp / "log.20261123-100354.1"));
}

TEST_CASE("without RENAME_NOREPLACE nothing is replaced either") {
    Place place;
    REQUIRE(::mkdir((place.temp / "log.20261123-100354").c_str(), 0700) == 0);
    place.put("log", 1);
    Faults faults;
    faults.renameat2 = [] { return EINVAL; };
    REQUIRE(place.files.add(kNoon) == 0);
    REQUIRE(exists(place.temp / "log.20261123-100354.1"));
}

TEST_CASE("without a descriptor to list the directory nothing is renamed or removed") {
    Place place;
    place.put("log.20261123-100354", 1);
    place.put("log.20261123-100355", 1);
    place.put("log", 1);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{0, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const int added = place.files.add(kNoon + 9);
    const auto kept = keep_newest(place.files, 1);
    const auto shrunk = shrink(place.files, 0);
    place.files.tidy();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE(added == EMFILE);
    REQUIRE_FALSE(kept);
    REQUIRE_FALSE(shrunk);
    REQUIRE(place.temp.names() == Names{"log", "log.20261123-100354", "log.20261123-100355"});
}

TEST_CASE("the newest are kept, and names of others") {
    Place place;
    for (int i = 1; i <= 5; ++i) place.put("log.2026112" + std::to_string(i) + "-000000", 10);
    place.put("log.20261121-000000.zst", 1);
    place.put("log.1", 1);
    place.put("log.20200101-000000.gz", 1);
    REQUIRE(keep_newest(place.files, 0) == 50U);
    REQUIRE(keep_newest(place.files, 2) == 20U);
    REQUIRE(place.temp.names() ==
            Names{"log.1", "log.20200101-000000.gz", "log.20261124-000000", "log.20261125-000000"});
    REQUIRE(keep_newest(place.files, 2) == 20U);
}

TEST_CASE("the oldest go until the rest fits") {
    Place place;
    for (int i = 1; i <= 4; ++i) place.put("log.2026112" + std::to_string(i) + "-000000", 100);
    place.put("log.20261120-000000.zst", 10);
    REQUIRE(shrink(place.files, 410) == 410U);
    REQUIRE(shrink(place.files, 250) == 200U);
    REQUIRE(place.temp.names() == Names{"log.20261123-000000", "log.20261124-000000"});
    REQUIRE(shrink(place.files, 0) == 0U);
    REQUIRE(place.temp.names().empty());
}

TEST_CASE("a compressed form is not published for a file that was removed") {
    Place place;
    const RotationId id{"20261123-100354", 0};
    place.put("log.20261123-100354", 10);
    place.put("log.20261123-100354.zst.tmp", 1);
    REQUIRE(place.files.remove(id) == 0);
    REQUIRE(place.files.publish(id) == ENOENT);
    REQUIRE_FALSE(exists(place.temp / "log.20261123-100354.zst"));
}

TEST_CASE("what a crash during compression left is put right") {
    Place place;
    place.put("log.20261123-100354", 10);  // compressed and published, not yet removed
    place.put("log.20261123-100354.zst", 1);
    place.put("log.20261123-100355", 10);  // being compressed
    place.put("log.20261123-100355.zst.tmp", 1);
    place.put("other.20261123-100355.zst.tmp", 1);
    place.files.tidy();
    REQUIRE(place.temp.names() == Names{"log.20261123-100354.zst", "log.20261123-100355",
                                        "other.20261123-100355.zst.tmp"});
}
