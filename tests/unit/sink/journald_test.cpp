// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/journald.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "allocations.hpp"
#include "catch.hpp"
#include "core/fd.hpp"
#include "sink/receiver.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;

namespace {

std::unique_ptr<Sink> sink_to(const std::string& path) {
    JournaldOptions options;
    options.socket = path;
    return make_journald(options, system_clock(), nullptr);
}

}  // namespace

TEST_CASE("an entry of the journal is a datagram, whole") {
    const TempDir temp;
    const DatagramReceiver journal(temp / "socket");
    const auto sink = sink_to(temp / "socket");
    const Lines lines{"MESSAGE=a\nX=1", "MESSAGE=b\nX=2"};
    const Written out = sink->write(lines.batch());
    REQUIRE(out.status.ok());
    REQUIRE(out.records == 2);
    REQUIRE(journal.take() == std::vector<std::string>{"MESSAGE=a\nX=1\n", "MESSAGE=b\nX=2\n"});
}

TEST_CASE("without a journal nothing is taken, and all when it is there") {
    const TempDir temp;
    const auto sink = sink_to(temp / "socket");
    const Lines lines{"MESSAGE=a"};
    const Written refused = sink->write(lines.batch());
    REQUIRE_FALSE(refused.status.ok());
    REQUIRE(refused.records == 0);
    const DatagramReceiver journal(temp / "socket");
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(journal.take().size() == 1);
}

TEST_CASE("what is too long for a datagram is handed over as sealed memory") {
    const TempDir temp;
    const DatagramReceiver journal(temp / "socket");
    const auto sink = sink_to(temp / "socket");
    const Lines lines{"MESSAGE=first", "MESSAGE=" + std::string(4 << 20, 'x'), "MESSAGE=last"};
    REQUIRE(sink->write(lines.batch()).records == 3);
    REQUIRE(journal.take(1) == std::vector<std::string>{"MESSAGE=first\n"});
    const Fd memory = journal.take_descriptor();
    REQUIRE(memory);
    struct stat info {};
    REQUIRE(::fstat(memory.get(), &info) == 0);
    REQUIRE(info.st_size == (4 << 20) + 9);
    REQUIRE(::ftruncate(memory.get(), 0) != 0);
    REQUIRE(journal.take() == std::vector<std::string>{"MESSAGE=last\n"});
}
