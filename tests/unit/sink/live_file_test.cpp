// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/live_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "catch.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using Catch::Matchers::Contains;

namespace {

constexpr uid_t kStranger = 54321;

struct Place {
    TempDir temp;
    FileOptions options;
    std::string path = temp / "log";

    Place() { options.path = path; }
    [[nodiscard]] Result<Fd> open() const {
        return open_live(*LogDirectory::open(temp.path(), {}), "log", options);
    }
    [[nodiscard]] std::string refusal() const {
        const Result<Fd> fd = open();
        REQUIRE_FALSE(fd.ok());
        REQUIRE(fd.error().exit_code == EX_CANTCREAT);
        REQUIRE_THAT(fd.error().message, Contains(path));
        return fd.error().message;
    }
};

}  // namespace

TEST_CASE("a log file is made with the configured mode, whatever the umask") {
    Place place;
    const mode_t before = ::umask(0077);
    place.options.mode = 0664;
    const auto fd = place.open();
    ::umask(before);
    REQUIRE(fd.ok());
    REQUIRE((stat_of(place.path).st_mode & 07777) == 0664);
    REQUIRE((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
    REQUIRE((::fcntl(fd->get(), F_GETFL) & O_APPEND) != 0);
}

TEST_CASE("an existing log file keeps its content and gets the configured mode") {
    Place place;
    write_file(place.path, "old\n");
    REQUIRE(::chmod(place.path.c_str(), 0666) == 0);
    REQUIRE(place.open().ok());
    REQUIRE((stat_of(place.path).st_mode & 07777) == 0640);
    REQUIRE(read_file(place.path) == "old\n");
}

TEST_CASE("a log file gets the configured owner and group") {
    if (!is_root()) return;
    Place place;
    place.options.owner = kStranger;
    place.options.group = kStranger + 1;
    REQUIRE(place.open().ok());
    REQUIRE(stat_of(place.path).st_uid == kStranger);
    REQUIRE(stat_of(place.path).st_gid == kStranger + 1);
    REQUIRE((stat_of(place.path).st_mode & 07777) == 0640);
    REQUIRE(place.open().ok());
    place.options.owner.reset();
    REQUIRE_THAT(place.refusal(), Contains("belongs to user 54321"));
}

TEST_CASE("a symbolic link is not followed") {
    const Place place;
    write_file(place.temp / "target", "precious\n");
    REQUIRE(::symlink("target", place.path.c_str()) == 0);
    REQUIRE_THAT(place.refusal(), Contains("symbolic link"));
    REQUIRE(read_file(place.temp / "target") == "precious\n");
}

TEST_CASE("a dangling symbolic link makes no file elsewhere") {
    const Place place;
    REQUIRE(::symlink("target", place.path.c_str()) == 0);
    REQUIRE_THAT(place.refusal(), Contains("symbolic link"));
    REQUIRE_FALSE(exists(place.temp / "target"));
}

TEST_CASE("a hard link is refused and keeps its mode") {
    const Place place;
    write_file(place.temp / "target", "precious\n");
    REQUIRE(::chmod((place.temp / "target").c_str(), 0600) == 0);
    REQUIRE(::link((place.temp / "target").c_str(), place.path.c_str()) == 0);
    REQUIRE_THAT(place.refusal(), Contains("hard links"));
    REQUIRE((stat_of(place.temp / "target").st_mode & 07777) == 0600);
}

TEST_CASE("a FIFO is refused without waiting for its other end") {
    const Place place;
    REQUIRE(::mkfifo(place.path.c_str(), 0600) == 0);
    REQUIRE_THAT(place.refusal(), Contains("not a regular file"));
}

TEST_CASE("a socket is refused") {
    const Place place;
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, place.path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE_THAT(place.refusal(), Contains("not a regular file"));
}

TEST_CASE("a directory is refused") {
    const Place place;
    REQUIRE(::mkdir(place.path.c_str(), 0700) == 0);
    REQUIRE_THAT(place.refusal(), Contains("is a directory"));
}
