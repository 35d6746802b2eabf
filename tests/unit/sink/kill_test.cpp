// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A writer that is killed at any moment.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "core/fd.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;

namespace {

constexpr std::size_t kLine = 100;
constexpr std::size_t kBatch = 10'000;

/// Made before the fork, so that the child does nothing but write.
const std::vector<Lines>& batches() {
    static const std::vector<Lines> made = [] {
        std::vector<Lines> list;
        for (std::size_t i = 0; i < 8; ++i) list.push_back(numbered(kBatch, kLine, i * kBatch));
        return list;
    }();
    return made;
}

/// In the child: writes, says so after each batch, and waits for its end.
[[noreturn]] void write_until_killed(Sink& sink, int told) {
    for (const Lines& lines : batches()) {
        if (sink.write(lines.batch()).records != kBatch) ::_exit(1);
        if (::write(told, "x", 1) != 1) ::_exit(1);
    }
    for (;;) ::pause();
}

/// Kills a writer after it has told of `heard` batches; further ones may be out.
void run_killed_writer(Sink& sink, int heard) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const Fd hear(ends[0]);
    Fd tell(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(sink, tell.get());
    tell.reset();
    for (int i = 0; i < heard; ++i) {
        char told = 0;
        REQUIRE(::read(hear.get(), &told, 1) == 1);
    }
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("after SIGKILL the file holds whole records, in order, all that were told of") {
    REQUIRE(batches().size() == 8);
    int torn = 0;
    for (int round = 0; round < 20; ++round) {
        const LogPlace place;
        {
            const auto sink = place.open();
            run_killed_writer(*sink, round % 4);
        }
        torn += place.content().ends_with('\n') || place.content().empty() ? 0 : 1;
        const auto sink = place.open();
        const std::string content = place.content();
        REQUIRE(content.size() % kLine == 0);
        const std::size_t lines = content.size() / kLine;
        REQUIRE(lines >= static_cast<std::size_t>(round % 4) * kBatch);
        REQUIRE((content == numbered(lines, kLine).text()));
        write_all(*sink, numbered(1, kLine, lines));
        REQUIRE((place.content() == numbered(lines + 1, kLine).text()));
    }
    WARN("torn by the kill: " << torn << " of 20");
}
