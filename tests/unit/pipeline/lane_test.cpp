// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/lane.hpp"

#include "catch.hpp"
#include "fakes/memory_sink.hpp"
#include "fakes/text_formatter.hpp"

using namespace nflogd;
using fakes::Medium;
using pipeline::Lane;
using pipeline::OutputBook;

namespace {

Record packet(std::uint32_t seq) {
    Record record;
    record.clear();
    record.seq = seq;
    record.set(Field::seq);
    return record;
}

/// A lane over a MemorySink, and what it told of its state.
struct Fixture {
    explicit Fixture(std::uint32_t queue = 1000) {
        config::OutputConfig config;
        config.name = "main";
        config.queue = queue;
        book = std::make_unique<OutputBook>(queue, 0);
        lane = std::make_unique<Lane>(config, *book, std::make_unique<fakes::TextFormatter>(),
                                      std::make_unique<fakes::MemorySink>(medium),
                                      [this](const std::string&, const std::string& reason) {
                                          medium->change([&] { states.push_back(reason); });
                                      });
    }
    void offer(std::uint32_t first, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) lane->offer(packet(first + i));
        lane->wake();
    }
    void wait_for_lines(std::size_t count) {
        medium->wait_until([&] { return medium->lines.size() >= count; });
    }
    /// received = written + dropped + failed + queued.
    void require_sum(std::uint64_t offered) const {
        const OutputLedger sum = book->ledger();
        REQUIRE(sum.written + sum.dropped + sum.failed + sum.queued == offered);
    }

    std::shared_ptr<Medium> medium = std::make_shared<Medium>();
    std::vector<std::string> states;  ///< guarded by the medium's mutex
    std::unique_ptr<OutputBook> book;
    std::unique_ptr<Lane> lane;
};

}  // namespace

TEST_CASE("records come out in order, a lone one without waiting for more") {
    Fixture f;
    f.offer(1, 1);
    f.wait_for_lines(1);
    f.offer(2, 500);
    f.wait_for_lines(501);
    for (std::size_t i = 0; i < 501; ++i) {
        REQUIRE(f.medium->lines[i] == "packet " + std::to_string(i + 1) + "\n");
    }
    f.lane->stop();
    REQUIRE(f.book->ledger().written == 501);
    REQUIRE(f.medium->closed);
}

TEST_CASE("an event keeps its place among the packets") {
    Fixture f;
    f.medium->change([&] { f.medium->stuck = true; });
    f.offer(1, 3);
    f.lane->post_event(std::make_shared<const Event>(Lifecycle{0, "reloaded", {}}));
    f.offer(4, 2);
    f.medium->change([&] { f.medium->stuck = false; });
    f.wait_for_lines(6);
    REQUIRE(f.medium->lines[2] == "packet 3\n");
    REQUIRE(f.medium->lines[3] == "reloaded\n");
    REQUIRE(f.medium->lines[4] == "packet 4\n");
    f.lane->stop();
    REQUIRE(f.book->ledger().written == 5);  // an event is no packet
}

TEST_CASE("events keep their places while packets arrive and leave") {
    constexpr std::uint32_t kPairs = 5000;
    Fixture f(kPairs);
    for (std::uint32_t i = 0; i < kPairs; ++i) {
        f.offer(i, 1);
        f.lane->post_event(std::make_shared<const Event>(Lifecycle{0, std::to_string(i), {}}));
    }
    f.lane->stop();
    REQUIRE(f.medium->lines.size() == 2 * kPairs);
    for (std::uint32_t i = 0; i < kPairs; ++i) {
        REQUIRE(f.medium->lines[2 * i] == "packet " + std::to_string(i) + "\n");
        REQUIRE(f.medium->lines[2 * i + 1] == std::to_string(i) + "\n");
    }
}

TEST_CASE("a full queue drops and counts, exactly") {
    Fixture f(10);
    f.medium->change([&] { f.medium->full = true; });
    f.offer(0, 1);
    f.medium->wait_until([&] { return f.medium->refused > 0; });
    f.offer(1, 25);  // ten fit into the queue, with the one that is being tried
    REQUIRE(f.book->ledger().dropped == 16);
    f.require_sum(26);
    f.medium->change([&] { f.medium->full = false; });
    f.wait_for_lines(10);
    f.lane->stop();
    REQUIRE(f.book->ledger().written == 10);
    f.require_sum(26);
}

TEST_CASE("a refusing medium suspends the lane once, and it goes on by itself") {
    Fixture f;
    f.medium->change([&] { f.medium->room = 2; });
    f.offer(1, 5);
    f.medium->wait_until([&] { return f.medium->refused >= 3; });
    {
        const std::lock_guard lock(f.medium->mutex);
        REQUIRE(f.states == std::vector<std::string>{"the medium is full"});
        REQUIRE(f.medium->lines.size() == 2);
    }
    f.require_sum(5);
    f.medium->change([&] { f.medium->room = 100; });
    f.wait_for_lines(5);
    f.medium->wait_until([&] { return f.states.size() == 2; });
    REQUIRE(f.states[1].empty());
    REQUIRE(f.medium->lines[4] == "packet 5\n");
    f.lane->stop();
    REQUIRE(f.book->ledger().written == 5);
    REQUIRE(f.book->ledger().failed == 0);
}

TEST_CASE("after the deadline a suspended lane counts what it holds as failed") {
    Fixture f;
    f.medium->change([&] { f.medium->full = true; });
    f.offer(1, 7);
    f.medium->wait_until([&] { return f.medium->refused > 0; });
    f.lane->give_up_at(system_clock().monotonic());
    auto passed = f.lane->post_barrier();
    passed.wait();
    const OutputLedger sum = f.book->ledger();
    REQUIRE(sum.failed == 7);
    REQUIRE(sum.queued == 0);
    f.lane->stop();
}

TEST_CASE("a barrier is passed when all before it is written") {
    Fixture f;
    f.offer(1, 300);
    f.lane->post_barrier().wait();
    REQUIRE(f.book->ledger().written == 300);
    REQUIRE(f.book->ledger().queued == 0);
}

TEST_CASE("reopen reaches the sink behind what was offered before") {
    Fixture f;
    f.offer(1, 2);
    f.lane->post_reopen();
    f.lane->post_barrier().wait();
    REQUIRE(f.medium->reopened == 1);
    REQUIRE(f.medium->lines.size() == 2);
}

TEST_CASE("a lane that is destroyed does not wait for a medium that refuses") {
    Fixture f;
    f.medium->change([&] { f.medium->full = true; });
    f.offer(1, 5);
    f.lane.reset();
    REQUIRE(f.medium->closed);
}

TEST_CASE("a lane that leaves writes what it can, and leaves the rest to a successor") {
    Fixture f;
    f.offer(1, 3);
    f.lane->leave();
    REQUIRE(f.book->ledger().written == 3);

    Fixture g;
    g.medium->change([&] { g.medium->full = true; });
    g.offer(1, 5);
    g.medium->wait_until([&] { return g.medium->refused > 0; });
    g.lane->leave();
    REQUIRE(g.book->ledger().written == 0);
    REQUIRE(g.book->ledger().failed == 0);
    REQUIRE(g.book->ledger().queued == 5);
    REQUIRE(g.book->peek(0)->seq == 1);
}
