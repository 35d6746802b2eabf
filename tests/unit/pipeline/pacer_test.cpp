// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/pacer.hpp"

#include "catch.hpp"
#include "fakes/memory_sink.hpp"
#include "fakes/text_formatter.hpp"

using namespace nflogd;
using namespace std::chrono_literals;
using pipeline::Lane;
using pipeline::OutputBook;
using pipeline::Pacer;

namespace {

class FakeClock : public Clock {
public:
    std::uint64_t wall_ns() const override { return 0; }
    std::chrono::nanoseconds monotonic() const override { return now; }
    std::chrono::nanoseconds now{1h};
};

/// An output with this filter.
Lane::Wanted wanted(std::string_view text, const Labels& labels) {
    auto filter = filter::Filter::parse(text);
    REQUIRE(filter.ok());
    return {std::move(*filter), labels};
}

/// Outputs whose sinks block until they are let go.
struct Fixture {
    void add(std::uint32_t queue, std::optional<Lane::Wanted> wanted = std::nullopt) {
        media.push_back(std::make_shared<fakes::Medium>());
        media.back()->stuck = true;
        books.push_back(std::make_unique<OutputBook>(queue, 0));
        config::OutputConfig config;
        config.name = std::to_string(lanes.size());
        lanes.push_back(std::make_unique<Lane>(
            config, *books.back(), std::make_unique<fakes::TextFormatter>(),
            std::make_unique<fakes::MemorySink>(media.back()), [](const auto&, const auto&) {},
            system_clock(), std::move(wanted)));
    }
    void offer(std::size_t lane, int packets) {
        Record record;
        record.clear();
        for (int i = 0; i < packets; ++i) lanes[lane]->offer(record);
        lanes[lane]->wake();
    }
    void write_all(std::size_t lane) {
        media[lane]->change([&] { media[lane]->stuck = false; });
        lanes[lane]->post_barrier().wait();
        media[lane]->change([&] { media[lane]->stuck = true; });
    }
    bool hold_back() {
        return pacer.hold_back(clock, [this] { return room; });
    }
    ~Fixture() {
        for (const auto& medium : media) medium->change([&] { medium->stuck = false; });
    }

    FakeClock clock;
    std::vector<std::shared_ptr<fakes::Medium>> media;
    std::vector<std::unique_ptr<OutputBook>> books;
    std::vector<std::unique_ptr<Lane>> lanes;
    Pacer pacer{lanes};
    bool room = false;  ///< in the socket
};

}  // namespace

TEST_CASE("packets are held back while the only output is behind, and moves") {
    Fixture f;
    f.add(100);
    f.offer(0, 74);
    REQUIRE_FALSE(f.hold_back());
    f.write_all(0);
    f.offer(0, 75);
    REQUIRE(f.hold_back());
    f.write_all(0);
    REQUIRE_FALSE(f.hold_back());
}

TEST_CASE("an output that does not move is not waited for") {
    Fixture f;
    f.add(100);
    f.offer(0, 1);
    f.write_all(0);
    f.offer(0, 100);
    REQUIRE(f.hold_back());
    f.clock.now += Pacer::kPatience;
    REQUIRE_FALSE(f.hold_back());
    f.clock.now += 1h;
    REQUIRE_FALSE(f.hold_back());
    f.write_all(0);
    f.offer(0, 100);
    REQUIRE(f.hold_back());  // it moves again
}

TEST_CASE("as long as the socket has room, nothing is dropped for an output that is stuck") {
    Fixture f;
    f.add(100);
    f.offer(0, 100);
    f.room = true;
    f.clock.now += 1h;
    REQUIRE(f.hold_back());
    f.room = false;
    REQUIRE_FALSE(f.hold_back());
}

TEST_CASE("a slow output does not hold up a fast one") {
    Fixture f;
    f.add(100);
    f.add(100);
    f.offer(0, 1);
    f.write_all(0);
    f.offer(0, 100);
    f.offer(1, 10);
    REQUIRE_FALSE(f.hold_back());
    f.offer(1, 90);
    REQUIRE(f.hold_back());
    f.write_all(1);
    REQUIRE_FALSE(f.hold_back());
}

TEST_CASE("a suspended output is no reason to hold back") {
    Fixture f;
    f.add(100);
    f.media[0]->change([&] {
        f.media[0]->full = true;
        f.media[0]->stuck = false;
    });
    f.offer(0, 100);
    f.media[0]->wait_until([&] { return f.media[0]->refused > 1; });
    REQUIRE(f.lanes[0]->suspended());
    REQUIRE_FALSE(f.hold_back());
}

TEST_CASE(
    "an output that its filter keeps idle costs the others nothing while the socket has room") {
    const Labels labels;
    Fixture f;
    f.add(100);
    f.add(100, wanted("seq == 1", labels));
    f.offer(0, 1);
    f.write_all(0);
    f.offer(0, 100);
    REQUIRE_FALSE(f.hold_back());  // what the filter takes is not lost for the other's sake
    f.room = true;
    REQUIRE(f.hold_back());
    f.clock.now += Pacer::kPatience;
    REQUIRE_FALSE(f.hold_back());  // nor does it wait for one that is stuck
}

TEST_CASE("outputs that share the packets by their filters are held back for one another") {
    const Labels labels;
    Fixture f;
    for (int i = 0; i < 2; ++i) f.add(100, wanted("not seq", labels));
    f.offer(0, 1);
    f.write_all(0);
    f.offer(0, 100);
    REQUIRE_FALSE(f.hold_back());
    f.room = true;
    REQUIRE(f.hold_back());
    f.offer(1, 100);
    f.room = false;
    REQUIRE(f.hold_back());  // all are behind, and one moves
}
