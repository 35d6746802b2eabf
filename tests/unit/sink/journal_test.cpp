// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a successor learns from the journal of a writer that was killed.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "allocations.hpp"
#include "sink/faults.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;

namespace {

/// The last state and, as text, all that was told.
struct Notes final : WriteJournal {
    explicit Notes(bool as_text = true) : as_text_(as_text) {}

    void opened(std::uint64_t inode_now, std::uint64_t size) override {
        open_inode = inode_now;
        open_size = size;
        if (as_text_) text += "opened " + std::to_string(size) + '\n';
    }
    void about_to_write(std::uint64_t at, std::uint64_t size, std::size_t from) override {
        under_way = true;
        inode = at;
        size_before = size;
        first = from;
        if (!as_text_) return;
        text += "write at " + std::to_string(size) + " from " + std::to_string(from) + '\n';
    }
    void wrote(std::size_t records) override {
        under_way = false;
        done = records;
        if (as_text_) text += "wrote " + std::to_string(records) + '\n';
    }

    std::uint64_t open_inode = 0;
    std::uint64_t open_size = 0;
    bool under_way = false;
    std::uint64_t inode = 0;
    std::uint64_t size_before = 0;
    std::size_t first = 0;
    std::size_t done = 0;
    std::string text;

private:
    bool as_text_;
};

/// What a successor makes of it: how many records of the batch are in files.
std::size_t records_out(const Notes& dead, const Notes& successor, const Batch& batch) {
    if (!dead.under_way) return dead.done;
    if (successor.open_inode != dead.inode) return 0;
    const std::uint32_t begin = dead.first == 0 ? 0 : batch.ends[dead.first - 1];
    const std::uint64_t end = begin + successor.open_size - dead.size_before;
    const auto behind = std::upper_bound(batch.ends.begin(), batch.ends.end(), end);
    return static_cast<std::size_t>(behind - batch.ends.begin());
}

/// Memory that a killed child leaves behind.
struct SharedNotes {
    SharedNotes()
        : memory(::mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0)) {
        REQUIRE(memory != MAP_FAILED);
        notes = new (memory) Notes(false);
    }
    SharedNotes(const SharedNotes&) = delete;
    SharedNotes& operator=(const SharedNotes&) = delete;
    ~SharedNotes() {
        notes->~Notes();
        ::munmap(memory, sizeof(Notes));
    }

    void* memory;
    Notes* notes;
};

/// In a child: opens the log, writes, and is killed when `room` bytes are out.
void write_until_killed(const LogPlace& place, const Lines& lines, std::size_t room,
                        WriteJournal& journal) {
    const pid_t child = ::fork();
    if (child == 0) {
        const auto sink = place.open(&journal);
        Faults faults;
        std::size_t left = room;
        faults.write = [&](std::size_t size) -> ssize_t {
            if (left == 0) ::raise(SIGKILL);
            const std::size_t take = std::min(left, size);
            left -= take;
            return static_cast<ssize_t>(take);
        };
        static_cast<void>(sink->write(lines.batch()));
        ::raise(SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

std::size_t lines_in(const LogPlace& place) {
    std::size_t count = 0;
    for (const std::string& name : place.temp.names()) {
        const std::string content = place.content(name);
        count += static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n'));
    }
    return count;
}

}  // namespace

TEST_CASE("a journal is told of opening, of each write before and after") {
    const LogPlace place;
    write_file(place.options.path, "old\ntorn");
    Notes notes;
    const auto sink = place.open(&notes);
    REQUIRE(notes.open_inode == stat_of(place.options.path).st_ino);
    write_all(*sink, {"one", "two"});
    REQUIRE(notes.inode == notes.open_inode);
    write_all(*sink, {"three"});
    REQUIRE(sink->reopen().ok());
    REQUIRE(notes.text ==
            "opened 8\nwrite at 4 from 0\nwrote 2\nwrite at 12 from 0\nwrote 1\nopened 18\n");
}

TEST_CASE("a journal is told of a rotation in the middle of a batch") {
    LogPlace place;
    place.options.rotate.size = 8;
    Notes notes;
    const auto sink = place.open(&notes);
    const std::uint64_t before = notes.open_inode;
    write_all(*sink, {"one", "two", "six", "ten", "end"});
    REQUIRE(notes.inode == notes.open_inode);
    REQUIRE(notes.inode != before);
    REQUIRE(notes.text ==
            "opened 0\nwrite at 0 from 0\nwrote 2\nopened 0\nwrite at 0 from 2\nwrote 4\n"
            "opened 0\nwrite at 0 from 4\nwrote 5\n");
}

TEST_CASE("a journal is told how much of a batch the disk took") {
    const LogPlace place;
    Notes notes;
    const auto sink = place.open(&notes);
    Faults faults;
    faults.write = [&](std::size_t) { return faults.writes == 1 ? ssize_t{6} : -ENOSPC; };
    REQUIRE(sink->write(Lines{"one", "two"}.batch()).records == 1);
    REQUIRE(notes.text == "opened 0\nwrite at 0 from 0\nwrote 1\n");
}

TEST_CASE("a journal is told what a failed sync took back") {
    LogPlace place;
    place.options.sync = -1ms;
    Notes notes;
    const auto sink = place.open(&notes);
    Faults faults;
    faults.fdatasync = [] { return EIO; };
    REQUIRE(sink->write(Lines{"one", "two"}.batch()).records == 0);
    REQUIRE(notes.text == "opened 0\nwrite at 0 from 0\nwrote 0\n");
}

TEST_CASE("after a kill at any byte the successor knows how many records are out") {
    const Lines lines{"one", "three", "five five", "seven", "nine"};
    for (const std::uint64_t rotate_at : {0U, 12U}) {
        for (std::size_t room = 0; room <= lines.text().size(); ++room) {
            LogPlace place;
            place.options.rotate.size = rotate_at;
            const SharedNotes dead;
            write_until_killed(place, lines, room, *dead.notes);
            Notes successor;
            const auto sink = place.open(&successor);
            INFO("killed after " << room << " bytes, rotation at " << rotate_at);
            const std::string out = lines.text().substr(0, room);
            const auto whole = std::count(out.begin(), out.end(), '\n');
            REQUIRE(lines_in(place) == static_cast<std::size_t>(whole));
            REQUIRE(records_out(*dead.notes, successor, lines.batch()) == lines_in(place));
        }
    }
}

TEST_CASE("telling a journal allocates nothing") {
    const LogPlace place;
    Notes notes(false);
    const auto sink = place.open(&notes);
    const Lines lines = numbered(64, 100);
    write_all(*sink, lines);
    const std::uint64_t before = allocations();
    for (int i = 0; i < 1000; ++i) static_cast<void>(sink->write(lines.batch()));
    REQUIRE(allocations() == before);
    REQUIRE(notes.done == 64);
}
