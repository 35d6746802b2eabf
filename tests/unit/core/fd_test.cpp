// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "catch.hpp"

using nflogd::Fd;

namespace {

int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("an fd is closed by its owner") {
    const int raw = open_null();
    { Fd fd(raw); }
    REQUIRE_FALSE(is_open(raw));
}

TEST_CASE("move-assignment closes what was held") {
    const int first = open_null();
    const int second = open_null();
    Fd a(first);
    Fd b(second);
    a = std::move(b);
    REQUIRE_FALSE(is_open(first));
    REQUIRE(is_open(second));
    REQUIRE(a.get() == second);
    REQUIRE_FALSE(b);  // NOLINT(bugprone-use-after-move): a moved-from Fd is empty
}

TEST_CASE("self-move keeps the descriptor") {
    const int raw = open_null();
    Fd fd(raw);
    Fd& same = fd;
    fd = std::move(same);
    REQUIRE(fd.get() == raw);
    REQUIRE(is_open(raw));
}

TEST_CASE("closing keeps errno") {
    Fd fd(open_null());
    errno = ENOSPC;
    fd.reset();
    REQUIRE(errno == ENOSPC);
}
