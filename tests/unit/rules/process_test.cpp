// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "catch.hpp"
#include "core/fd.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using nflogd::rules::test::contains;

namespace {

ProcessResult sh(const std::string& script, std::string_view input = "") {
    const auto result = run_program({"sh", "-c", script}, input);
    REQUIRE(result.ok());
    return *result;
}

}  // namespace

TEST_CASE("a program gets its input and gives output, errors and exit code") {
    const auto result = sh("cat; echo oops >&2; exit 3", "hello\n");
    REQUIRE(result.out == "hello\n");
    REQUIRE(result.err == "oops\n");
    REQUIRE(result.exit_code == 3);
}

TEST_CASE("input and output may be larger than any pipe") {
    const std::string big(3 << 20, 'x');
    REQUIRE(sh("cat; cat /dev/null", big).out == big);
    REQUIRE(sh("exit 0", big).exit_code == 0);
}

TEST_CASE("arguments are not for a shell") {
    const auto result = run_program({"printf", "%s|", "a b", "$(id)", ";", ""}, "");
    REQUIRE(result.ok());
    REQUIRE(result->out == "a b|$(id)|;||");
}

TEST_CASE("a program that a signal ended") { REQUIRE(sh("kill -9 $$").exit_code == 128 + 9); }

TEST_CASE("a program that is not there is EX_UNAVAILABLE") {
    const auto result = run_program({"nflogd-no-such-program"}, "");
    REQUIRE_FALSE(result.ok());
    REQUIRE(result.error().exit_code == EX_UNAVAILABLE);
    REQUIRE(contains(result.error().message, "nflogd-no-such-program"));
}

TEST_CASE("a program gets three descriptors, our environment, and no signal that is meant for us") {
    const Fd other(::open("/dev/null", O_RDONLY));  // as a careless library would
    REQUIRE(other);
    ::setenv("NFLOGD_TEST_SECRET", "1", 1);
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
    const auto result = run_program({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}, "");
    const auto fds = run_program({"ls", "/proc/self/fd"}, "");
    const auto environment = run_program({"env"}, "");
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGPIPE, pipe_before);
    ::unsetenv("NFLOGD_TEST_SECRET");
    REQUIRE(result.ok());
    REQUIRE(contains(result->out, "SigBlk:\t0000000000004003"));
    const auto ignored = result->out.find("SigIgn:\t");
    REQUIRE(ignored != std::string::npos);
    const auto mask = std::stoull(result->out.substr(ignored + 8), nullptr, 16);
    REQUIRE((mask & 0x7fffffff) == 0);    // 32 and 33 are glibc's own
    REQUIRE(fds->out == "0\n1\n2\n3\n");  // 3 is ls reading the directory
    REQUIRE(contains(environment->out, "LC_ALL=C"));
    REQUIRE_FALSE(contains(environment->out, "NFLOGD_TEST_SECRET"));
}
