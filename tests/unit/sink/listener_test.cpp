// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/listener.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "catch.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using Catch::Matchers::Contains;

namespace {

SocketOptions at(const std::string& path) {
    SocketOptions options;
    options.path = path;
    return options;
}

/// 0, or the errno value.
int connect_to(const std::string& path) {
    const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                           : errno;
}

Fd bound(const std::string& path, int type) {
    Fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

Error error_of(const SocketOptions& options) {
    const auto made = Listener::open(options);
    REQUIRE_FALSE(made);
    return made.error();
}

}  // namespace

TEST_CASE("a listener has its mode, and is gone when it ends") {
    const TempDir temp;
    SocketOptions options = at(temp / "live.sock");
    {
        auto made = Listener::open(options);
        REQUIRE(made);
        REQUIRE(S_ISSOCK(stat_of(options.path).st_mode));
        REQUIRE((stat_of(options.path).st_mode & 07777) == 0660);
        REQUIRE(connect_to(options.path) == 0);
        options.mode = 0600;
        REQUIRE(made->permit(options));
        REQUIRE((stat_of(options.path).st_mode & 07777) == 0600);
    }
    REQUIRE_FALSE(exists(options.path));
}

TEST_CASE("moving a listener leaves one owner of the name") {
    const TempDir temp;
    auto made = Listener::open(at(temp / "one"));
    auto other = Listener::open(at(temp / "two"));
    REQUIRE((made && other));
    Listener moved = std::move(*made);
    REQUIRE(moved.in_place());
    moved = std::move(*other);
    REQUIRE_FALSE(exists(temp / "one"));
    REQUIRE(exists(temp / "two"));
    Listener& same = moved;
    moved = std::move(same);
    REQUIRE(moved.in_place());
}

TEST_CASE("a socket that nobody listens on is replaced") {
    const TempDir temp;
    { const Fd stale = bound(temp / "live.sock", SOCK_STREAM); }
    REQUIRE(exists(temp / "live.sock"));
    const auto made = Listener::open(at(temp / "live.sock"));
    REQUIRE(made);
    REQUIRE(connect_to(temp / "live.sock") == 0);
}

TEST_CASE("a socket that somebody listens on is left to him") {
    const TempDir temp;
    const auto first = Listener::open(at(temp / "live.sock"));
    REQUIRE(first);
    const Error error = error_of(at(temp / "live.sock"));
    REQUIRE(error.exit_code == EX_UNAVAILABLE);
    REQUIRE_THAT(error.message,
                 Contains("process " + std::to_string(::getpid())) && Contains("listens there"));
    REQUIRE(first->in_place());
}

TEST_CASE("what a dead daemon's child still holds is replaced") {
    const TempDir temp;
    const std::string path = temp / "live.sock";
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t maker = ::fork();
    if (maker == 0) {
        const Fd fd = bound(path, SOCK_STREAM);
        if (::listen(fd.get(), 1) != 0) ::_exit(1);
        const pid_t holder = ::fork();
        if (holder == 0) {
            ::pause();
            ::_exit(0);
        }
        ::_exit(::write(ends[1], &holder, sizeof holder) == sizeof holder ? 0 : 1);
    }
    pid_t holder = 0;
    REQUIRE(::read(ends[0], &holder, sizeof holder) == sizeof holder);
    ::close(ends[0]);
    ::close(ends[1]);
    REQUIRE(::waitpid(maker, nullptr, 0) == maker);
    {
        const auto made = Listener::open(at(path));
        INFO((made ? "" : made.error().message));
        REQUIRE(made);
    }
    REQUIRE(::kill(holder, SIGKILL) == 0);
}

TEST_CASE("anything else at its path is left alone") {
    const TempDir temp;
    write_file(temp / "file", "text");
    REQUIRE_THAT(error_of(at(temp / "file")).message, Contains("is no socket"));
    REQUIRE(read_file(temp / "file") == "text");
    const Fd datagrams = bound(temp / "log", SOCK_DGRAM);
    const Error error = error_of(at(temp / "log"));
    REQUIRE(error.exit_code == EX_CANTCREAT);
    REQUIRE(exists(temp / "log"));
    REQUIRE(::symlink((temp / "nowhere").c_str(), (temp / "link").c_str()) == 0);
    REQUIRE_THAT(error_of(at(temp / "link")).message, Contains("is no socket"));
}

TEST_CASE("a directory in which others write is refused") {
    const TempDir temp;
    REQUIRE(::mkdir((temp / "open").c_str(), 0700) == 0);
    REQUIRE(::chmod((temp / "open").c_str(), 01777) == 0);
    const Error error = error_of(at(temp / "open/live.sock"));
    REQUIRE(error.exit_code == EX_CANTCREAT);
    REQUIRE_THAT(error.message, Contains("writable by everybody"));
    REQUIRE(Listener::open(at(temp / "made/live.sock")));
    REQUIRE((stat_of(temp / "made").st_mode & 0777) == 0750);
    REQUIRE_FALSE(Listener::open(at(temp / "not/there/live.sock")));
}

TEST_CASE("a name that leads elsewhere is not removed") {
    const TempDir temp;
    const std::string path = temp / "live.sock";
    std::optional<Listener> first(std::move(*Listener::open(at(path))));
    REQUIRE(::unlink(path.c_str()) == 0);
    REQUIRE_FALSE(first->in_place());
    const auto second = Listener::open(at(path));
    REQUIRE(second);
    first.reset();
    REQUIRE(second->in_place());
}
