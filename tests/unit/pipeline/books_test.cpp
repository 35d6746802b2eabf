// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/books.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "catch.hpp"

using namespace nflogd;
using pipeline::Books;
using pipeline::GroupBook;
using pipeline::OutputBook;

namespace {

Record packet(std::uint32_t seq) {
    Record record;
    record.clear();
    record.seq = seq;
    record.set(Field::seq);
    record.rule = 7;
    record.set(Field::rule);
    return record;
}

/// Runs `action` in a child that is killed right after it.
template <typename Action>
void in_a_killed_process(Action action) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        action();
        ::kill(::getpid(), SIGKILL);
    }
    REQUIRE(::waitpid(pid, nullptr, 0) == pid);
}

constexpr std::array<std::uint32_t, 3> kEnds = {10, 20, 30};
const std::array<char, 30> kBytes{};
const sink::Batch kBatch{kBytes, kEnds};

/// An output with three packets, of which a killed process was writing some into
/// file 5, which had 1000 bytes.
struct Interrupted {
    explicit Interrupted(std::size_t first) : book(10, 0) {
        in_a_killed_process([&] {
            for (std::uint32_t seq = 0; seq < 3; ++seq) book.offer(packet(seq));
            book.prepare(kBatch, 3);
            book.about_to_write(5, 1000, first);
        });
    }
    OutputBook book;
};

}  // namespace

TEST_CASE("counts are there after the death of who counted") {
    GroupBook book(100);
    in_a_killed_process([&] {
        book.count(packet(0));
        book.count(packet(3));
    });
    book.settle();
    REQUIRE(book.received() == 2);
    REQUIRE(book.lost() == 2);
    REQUIRE(book.logged(7) == 2);
    REQUIRE(book.counted(3));
    REQUIRE_FALSE(book.counted(4));
}

TEST_CASE("sequence numbers wrap, and a count that begins anew is no loss") {
    GroupBook book(100);
    book.count(packet(0xfffffffe));
    const std::uint64_t before = book.lost();
    book.count(packet(0xffffffff));
    book.count(packet(0));
    REQUIRE(book.lost() == before);
    book.count(packet(2));
    REQUIRE(book.lost() == before + 1);
    book.count(packet(0));
    REQUIRE(book.lost() == before + 1);
}

TEST_CASE("a datagram that was being worked on is found again, unless it kills everybody") {
    GroupBook book(100);
    REQUIRE(book.unfinished().empty());
    in_a_killed_process([&] {
        book.begin_receive();
        std::memset(book.buffer().data(), 'x', 64);
        book.end_receive(64);
    });
    book.begin_receive();
    REQUIRE(book.unfinished().empty());  // a receive that brought nothing

    in_a_killed_process([&] {
        book.begin_receive();
        std::memset(book.buffer().data(), 'x', 64);
        book.end_receive(64);
    });
    for (std::uint32_t i = 1; i < GroupBook::kTries; ++i) REQUIRE(book.unfinished().size() == 64);
    in_a_killed_process([&] { book.count(packet(0)); });  // this one came further
    for (std::uint32_t i = 0; i < GroupBook::kTries; ++i) REQUIRE(book.unfinished().size() == 64);
    REQUIRE(book.unfinished().empty());  // who looked at it died of it
    book.begin_receive();
    std::memset(book.buffer().data(), 'y', 32);
    book.end_receive(32);
    REQUIRE(book.unfinished().size() == 32);
}

TEST_CASE("what a killed writer had written is not written again") {
    Interrupted two(0);
    two.book.opened(5, 1025);  // two records and a half
    REQUIRE(two.book.popped() == 2);
    REQUIRE(two.book.ledger().written == 2);
    REQUIRE(two.book.peek(0)->seq == 2);

    Interrupted none(0);
    none.book.opened(5, 1000);
    REQUIRE(none.book.popped() == 0);

    Interrupted all(0);
    all.book.opened(5, 1030);
    REQUIRE(all.book.popped() == 3);
    all.book.opened(5, 1030);  // a reopen, later
    REQUIRE(all.book.popped() == 3);
}

TEST_CASE("a rotation in the middle of a batch is followed") {
    Interrupted rest(1);
    rest.book.opened(5, 1010);
    REQUIRE(rest.book.popped() == 2);

    Interrupted elsewhere(1);
    elsewhere.book.opened(6, 5000);  // another file: only the first is certain
    REQUIRE(elsewhere.book.popped() == 1);
}

TEST_CASE("what is said to be written is out, whatever became of the file") {
    Interrupted moved(0);
    in_a_killed_process([&] { moved.book.wrote(2); });
    moved.book.opened(7, 0);
    REQUIRE(moved.book.popped() == 2);
}

TEST_CASE("a write that ended is not looked at again") {
    OutputBook book(10, 0);
    in_a_killed_process([&] {
        for (std::uint32_t seq = 0; seq < 3; ++seq) book.offer(packet(seq));
        book.prepare(kBatch, 3);
        book.about_to_write(5, 1000, 0);
        book.written(3);
        book.offer(packet(3));
    });
    book.opened(5, 1030);
    REQUIRE(book.popped() == 3);
    REQUIRE(book.ledger().queued == 1);
}

TEST_CASE("a packet that was counted and not offered is failed, by output") {
    Books books;
    GroupBook& group = books.open_group(100);
    OutputBook& full = books.open_output("full", 10);
    OutputBook& lacking = books.open_output("lacking", 10);
    books.use_outputs({"full", "lacking"});
    in_a_killed_process([&] {
        group.count(packet(0));
        full.offer(packet(0));
        lacking.offer(packet(0));
        group.count(packet(1));
        full.offer(packet(1));
    });
    REQUIRE(books.settle() == 1);
    REQUIRE(full.ledger().queued == 2);
    REQUIRE(full.ledger().failed == 0);
    REQUIRE(lacking.ledger().queued == 1);
    REQUIRE(lacking.ledger().failed == 1);
    REQUIRE(books.settle() == 0);
}

TEST_CASE("an output is not charged for what came while it was not there") {
    Books books;
    GroupBook& group = books.open_group(100);
    books.open_output("a", 10);
    books.use_outputs({"a"});
    group.count(packet(0));
    books.output("a").offer(packet(0));
    OutputBook& late = books.open_output("late", 10);
    books.use_outputs({"late"});  // and "a" is off
    group.count(packet(1));
    late.offer(packet(1));
    REQUIRE(books.settle() == 0);
    books.use_outputs({"a", "late"});
    REQUIRE(books.settle() == 0);
    REQUIRE(books.output("a").ledger().queued == 1);
}

TEST_CASE("a queue of another size keeps the sums, and counts what it held") {
    Books books;
    GroupBook& group = books.open_group(100);
    OutputBook& before = books.open_output("a", 10);
    books.use_outputs({"a"});
    for (std::uint32_t seq = 0; seq < 3; ++seq) {
        group.count(packet(seq));
        before.offer(packet(seq));
    }
    before.written(2);
    OutputBook& after = books.open_output("a", 20);
    REQUIRE(books.settle() == 0);
    REQUIRE(after.ledger().written == 2);
    REQUIRE(after.ledger().failed == 1);
    REQUIRE(after.ledger().queued == 0);
}

TEST_CASE("an output keeps of each message what it has room for") {
    Record record = packet(1);
    const std::vector<std::uint8_t> message(100, 0xab);
    OutputBook none(10, 0);
    none.offer({record, message});
    REQUIRE(none.raw_of(*none.peek(0)).empty());
    OutputBook some(10, 0, 64);
    some.offer({record, message});
    some.offer({record, Bytes(message).first(7)});
    some.offer(record);
    REQUIRE(some.raw_of(*some.peek(0)).size() == 64);
    REQUIRE(some.raw_of(*some.peek(0))[63] == 0xab);
    REQUIRE(some.raw_of(*some.peek(1)).size() == 7);
    REQUIRE(some.raw_of(*some.peek(2)).empty());
}

TEST_CASE("what an output did not want is counted by a process that was killed, too") {
    Books books;
    GroupBook& group = books.open_group(100);
    OutputBook& output = books.open_output("some", 10);
    books.use_outputs({"some"});
    in_a_killed_process([&] {
        for (std::uint32_t seq = 0; seq < 4; ++seq) {
            group.count(packet(seq));
            if (seq < 2) output.filtered();
            if (seq == 2) output.offer(packet(seq));
        }
    });
    REQUIRE(books.settle() == 1);  // the last one: nobody knows what the filter says of it
    REQUIRE(output.ledger().filtered == 2);
    REQUIRE(output.ledger().queued == 1);
    REQUIRE(output.ledger().failed == 1);
    REQUIRE(books.open_output("some", 20).ledger().filtered == 2);  // another queue, same sums
    REQUIRE(books.settle() == 0);
}

TEST_CASE("what an output did not want is neither lost nor queued") {
    OutputBook book(10, 0);
    book.offer(packet(1));
    book.filtered();
    book.filtered();
    REQUIRE(book.settle(3) == 0);
    REQUIRE(book.ledger().filtered == 2);
    REQUIRE(book.ledger().queued == 1);
    REQUIRE(book.settle(4) == 1);  // counted by a worker that died before it asked
    REQUIRE(book.ledger().failed == 1);
}
