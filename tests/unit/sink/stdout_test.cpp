// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/stdout.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <csignal>

#include "allocations.hpp"
#include "catch.hpp"
#include "core/fd.hpp"
#include "sink/faults.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using Catch::Matchers::Contains;

namespace {

struct Pipe {
    Fd out;
    Fd in;

    explicit Pipe(int flags = O_NONBLOCK) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        out.reset(ends[0]);
        in.reset(ends[1]);
        REQUIRE(::fcntl(out.get(), F_SETFL, O_NONBLOCK) == 0);
        if (flags != 0) REQUIRE(::fcntl(in.get(), F_SETFL, flags) == 0);
    }
    /// All that is in it now.
    [[nodiscard]] std::string drain() const {
        std::string text;
        std::array<char, 65536> chunk;
        for (ssize_t got = 0; (got = ::read(out.get(), chunk.data(), chunk.size())) > 0;) {
            text.append(chunk.data(), static_cast<std::size_t>(got));
        }
        return text;
    }
};

struct NoSigpipe {
    NoSigpipe() { std::signal(SIGPIPE, SIG_IGN); }
    ~NoSigpipe() { std::signal(SIGPIPE, SIG_DFL); }
};

}  // namespace

TEST_CASE("records go to a file in one write") {
    const TempDir temp;
    const Fd fd(::open((temp / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const auto sink = make_stdout(fd.get());
    Faults faults;
    const Lines lines = numbered(1000, 100);
    REQUIRE(sink->write(lines.batch()).records == 1000);
    REQUIRE(faults.writes == 1);
    REQUIRE((read_file(temp / "out") == lines.text()));
    REQUIRE_FALSE(sink->tend());
    REQUIRE(sink->reopen().ok());
    REQUIRE(sink->close().ok());
    REQUIRE(sink->write(Batch{}).status.ok());
}

TEST_CASE("interrupted, refused and short writes are continued") {
    const Pipe pipe;
    const auto sink = make_stdout(pipe.in.get());
    Faults faults;
    faults.write = [&](std::size_t) -> ssize_t {
        switch (faults.writes % 3) {
            case 1: return -EINTR;
            case 2: return -EAGAIN;
            default: return 5;
        }
    };
    const Lines lines{"one", "two", "three"};
    REQUIRE(sink->write(lines.batch()).records == 3);
    REQUIRE(pipe.drain() == lines.text());
}

TEST_CASE("a record that a full pipe took in part is finished before the next") {
    const int flags = GENERATE(0, O_NONBLOCK);
    const Pipe pipe(flags);
    const auto sink = make_stdout(pipe.in.get());
    const Lines lines = numbered(1000, 999);
    const Written first = sink->write(lines.batch());
    REQUIRE_THAT(first.status.error().message, Contains("Resource temporarily unavailable"));
    REQUIRE(first.records > 50);
    REQUIRE(first.records < 100);
    std::string text = pipe.drain();
    REQUIRE(text.size() % 999 != 0);
    REQUIRE(text.size() < first.records * 999);
    const Lines next = numbered(1, 999, first.records);
    REQUIRE(sink->write(next.batch()).records == 1);
    text += pipe.drain();
    REQUIRE((text == numbered(first.records + 1, 999).text()));
}

TEST_CASE("what remains goes out without a next record") {
    const Pipe pipe;
    const auto sink = make_stdout(pipe.in.get());
    const Lines lines = numbered(1000, 999);
    const std::size_t taken = sink->write(lines.batch()).records;
    SECTION("while the pipe is full nothing more is taken") {
        REQUIRE(sink->write(lines.batch()).records == 0);
        REQUIRE_FALSE(sink->close().ok());
        static_cast<void>(sink->tend());
    }
    std::string text = pipe.drain();
    SECTION("when it is time") { static_cast<void>(sink->tend()); }
    SECTION("at the end") { REQUIRE(sink->close().ok()); }
    static_cast<void>(sink->tend());
    text += pipe.drain();
    REQUIRE((text == numbered(taken, 999).text()));
}

TEST_CASE("a reader that is gone is an error, and its half record is forgotten") {
    const NoSigpipe no_sigpipe;
    Pipe pipe;
    const auto sink = make_stdout(pipe.in.get());
    const Lines lines = numbered(1000, 999);
    const std::size_t taken = sink->write(lines.batch()).records;
    REQUIRE(taken > 0);
    pipe.out.reset();
    const Written out = sink->write(lines.batch());
    REQUIRE(out.records == 0);
    REQUIRE_THAT(out.status.error().message, Contains("Broken pipe"));
    REQUIRE(sink->close().ok());
}

TEST_CASE("a full device is an error that counts whole records") {
    const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    const auto sink = make_stdout(full.get());
    const Lines lines{"one"};
    const Written out = sink->write(lines.batch());
    REQUIRE(out.records == 0);
    REQUIRE_THAT(out.status.error().message, Contains("No space left"));
}

TEST_CASE("writing to standard output allocates nothing, remainders included") {
    const Pipe pipe;
    const auto sink = make_stdout(pipe.in.get());
    const Lines lines = numbered(10, 999);
    std::array<char, 65536> chunk;
    std::size_t records = 0;
    const std::uint64_t before = allocations();
    for (int i = 0; i < 1000; ++i) {
        records += sink->write(lines.batch()).records;
        while (::read(pipe.out.get(), chunk.data(), chunk.size()) > 0) {
        }
    }
    REQUIRE(allocations() == before);
    REQUIRE(records == 10'000);
}

TEST_CASE("a head goes out first, even if nothing follows") {
    Pipe pipe;
    const auto sink = make_stdout(pipe.in.get(), "head:");
    SECTION("nothing follows") {
        REQUIRE(sink->close().ok());
        REQUIRE(pipe.drain() == "head:");
    }
    SECTION("a line follows") {
        REQUIRE(sink->write(Lines{"one"}.batch()).records == 1);
        REQUIRE(pipe.drain() == "head:one\n");
    }
}
