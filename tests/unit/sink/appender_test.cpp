// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/appender.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "catch.hpp"
#include "sink/faults.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;

namespace {

struct Place {
    TempDir temp;
    std::string path = temp / "log";
    Appender file{Fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600))};

    Appended append(const Lines& lines) {
        const Batch batch = lines.batch();
        return file.append({batch, 0, batch.ends.size()});
    }
    [[nodiscard]] std::string content() const { return read_file(path); }
};

}  // namespace

TEST_CASE("a batch is one write") {
    Place place;
    Faults faults;
    const Appended out = place.append({"one", "two", "three"});
    REQUIRE(out.records == 3);
    REQUIRE(out.error == 0);
    REQUIRE(faults.writes == 1);
    REQUIRE(place.content() == "one\ntwo\nthree\n");
}

TEST_CASE("a part of a batch can be appended") {
    Place place;
    const Lines lines{"one", "two", "three"};
    const Batch batch = lines.batch();
    REQUIRE(place.file.append({batch, 1, 2}).records == 1);
    REQUIRE(place.file.append({batch, 2, 3}).records == 1);
    REQUIRE(place.content() == "two\nthree\n");
}

TEST_CASE("short and interrupted writes are continued") {
    Place place;
    Faults faults;
    faults.write = [&](std::size_t) { return faults.writes % 2 == 0 ? ssize_t{3} : -EINTR; };
    REQUIRE(place.append({"one", "two", "three"}).records == 3);
    REQUIRE(place.content() == "one\ntwo\nthree\n");
    REQUIRE(faults.writes == 10);
}

TEST_CASE("a disk that fills at any byte leaves whole records, counted") {
    const Lines lines{"one", "two", "three"};
    const std::string& text = lines.text();
    for (std::size_t room = 0; room < text.size(); ++room) {
        Place place;
        std::size_t left = room;
        Appended out;
        {
            Faults faults;
            faults.write = [&](std::size_t size) -> ssize_t {
                if (left == 0) return -ENOSPC;
                const std::size_t take = std::min(left, size);
                left -= take;
                return static_cast<ssize_t>(take);
            };
            out = place.append(lines);
        }
        INFO("room for " << room);
        const std::string taken = text.substr(0, room);
        const std::size_t whole = taken.find_last_of('\n') + 1;
        REQUIRE(out.error == ENOSPC);
        REQUIRE(out.records ==
                static_cast<std::size_t>(std::count(taken.begin(), taken.end(), '\n')));
        REQUIRE(place.content() == text.substr(0, whole));
        REQUIRE(place.append({"four"}).records == 1);
        REQUIRE(place.content() == text.substr(0, whole) + "four\n");
    }
}

TEST_CASE("a write that takes nothing is an error, not a loop") {
    Place place;
    Faults faults;
    faults.write = [](std::size_t) { return ssize_t{0}; };
    REQUIRE(place.append({"one"}).error == EIO);
}

TEST_CASE("a part that cannot be taken back now is, before the next record") {
    Place place;
    {
        Faults faults;
        faults.write = [&](std::size_t) { return faults.writes == 1 ? ssize_t{6} : -ENOSPC; };
        faults.ftruncate = [] { return EIO; };
        REQUIRE(place.append({"one", "two"}).records == 1);
        REQUIRE(place.content() == "one\ntw");
        REQUIRE(place.append({"two"}).records == 0);
        faults.ftruncate = [] { return EROFS; };
        REQUIRE(place.append({"two"}).error == EROFS);
        REQUIRE(place.content() == "one\ntw");
    }
    REQUIRE(place.append({"two"}).records == 1);
    REQUIRE(place.content() == "one\ntwo\n");
}

TEST_CASE("a file that was emptied between write and take-back stays empty") {
    Place place;
    Faults faults;
    faults.write = [&](std::size_t) -> ssize_t {
        if (faults.writes == 1) return 2;
        REQUIRE(::truncate(place.path.c_str(), 0) == 0);
        return -ENOSPC;
    };
    REQUIRE(place.append({"one"}).records == 0);
    REQUIRE(place.content().empty());
}

TEST_CASE("a file that was emptied by somebody is appended to without a hole") {
    Place place;
    REQUIRE(place.append({"one"}).records == 1);
    REQUIRE(::truncate(place.path.c_str(), 0) == 0);
    REQUIRE(place.append({"two"}).records == 1);
    REQUIRE(place.content() == "two\n");
}

TEST_CASE("a limit on the file size leaves whole records") {
    Place place;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const Appended out = place.append(numbered(10, 150));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    REQUIRE(out.records == 6);
    REQUIRE(out.error == EFBIG);
    REQUIRE(place.content() == numbered(6, 150).text());
}
