// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/spool.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "catch.hpp"
#include "core/fd.hpp"
#include "fakes/memory_sink.hpp"
#include "sink/spool_queue.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using Catch::Matchers::Contains;
using fakes::Medium;

namespace {

using std::chrono::milliseconds;

SpoolOptions in(const std::string& path, std::uint64_t max = 1 << 20) {
    SpoolOptions options;
    options.path = path;
    options.max = max;
    return options;
}

/// Everything that is in a queue, taken out.
std::vector<std::string> drain(SpoolQueue& queue) {
    std::vector<std::string> out;
    while (!queue.empty()) {
        const Batch batch = queue.front();
        std::uint32_t start = 0;
        for (const std::uint32_t end : batch.ends) {
            out.emplace_back(batch.bytes.data() + start, end - start);
            start = end;
        }
        const std::size_t records = batch.ends.size();
        queue.pop(records);
    }
    return out;
}

std::vector<std::string> texts(std::size_t count, std::size_t size, std::size_t first = 0) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(numbered(1, size, first + i).text());
    return out;
}

void put(SpoolQueue& queue, const Lines& lines) {
    const Written out = queue.append(lines.batch(), 0);
    REQUIRE(out.status);
    REQUIRE(out.records == lines.batch().ends.size());
}

std::vector<std::string> segments(const TempDir& dir) {
    auto names = dir.names();
    std::erase(names, "position");
    return names;
}

/// A spool before a MemorySink.
struct Fixture {
    explicit Fixture(std::uint64_t max = 1 << 20) : options(in(dir / "spool", max)) { start(); }
    void start() {
        sink.reset();
        sink = make_spooled(
            options, [this](WriteJournal*) { return std::make_unique<fakes::MemorySink>(medium); },
            clock);
    }
    Written write(const Lines& lines) { return sink->write(lines.batch()); }
    /// Lets time pass, and the sink work, until it asks for nothing more.
    void catch_up() {
        for (int i = 0; i < 10'000 && *sink->spooled() > 0; ++i) {
            clock.advance(std::chrono::seconds(1));
            sink->tend();
        }
    }

    TempDir dir;
    SpoolOptions options;
    FakeClock clock{1'000'000};
    std::shared_ptr<Medium> medium = std::make_shared<Medium>();
    std::unique_ptr<Sink> sink;
};

}  // namespace

TEST_CASE("a spool queue gives back what it got, in order, and leaves no segment") {
    TempDir dir;
    FakeClock clock(1'000'000);
    SpoolQueue queue(in(dir.path()), clock);
    REQUIRE(queue.open());
    for (std::size_t i = 0; i < 20; ++i) put(queue, numbered(100, 300, 100 * i));
    CHECK(queue.packets() == 2000);
    CHECK(segments(dir).size() > 3);
    CHECK(stat_of(dir / segments(dir).front()).st_mode == (S_IFREG | 0600));
    CHECK(drain(queue) == texts(2000, 300));
    CHECK(queue.packets() == 0);
    CHECK(queue.bytes() == 0);
    CHECK(segments(dir).empty());
}

TEST_CASE("records are opaque: newlines and NUL bytes, empty ones, events between packets") {
    TempDir dir;
    FakeClock clock(1'000'000);
    SpoolQueue queue(in(dir.path()), clock);
    REQUIRE(queue.open());
    const std::string bytes("a\n\0b", 4);
    const std::vector<std::uint32_t> ends = {4, 4};
    REQUIRE(queue.append({bytes, ends, true}, 0).records == 2);
    const std::vector<std::uint32_t> one = {4};
    REQUIRE(queue.append({bytes, one, false}, 0).records == 1);
    CHECK(queue.packets() == 2);
    const Batch packets = queue.front();
    CHECK(packets.packets);
    CHECK(packets.ends.size() == 2);
    queue.pop(1);
    CHECK(queue.packets() == 1);
    CHECK(queue.front().ends.size() == 1);
    queue.pop(1);
    const Batch event = queue.front();
    CHECK_FALSE(event.packets);
    CHECK(std::string(event.bytes.data(), event.bytes.size()) == bytes);
}

TEST_CASE("a spool goes on where an earlier process stopped, within a batch") {
    TempDir dir;
    FakeClock clock(1'000'000);
    {
        SpoolQueue queue(in(dir.path()), clock);
        REQUIRE(queue.open());
        put(queue, numbered(1000, 300));
        queue.front();
        queue.pop(333);
    }
    SpoolQueue queue(in(dir.path()), clock);
    REQUIRE(queue.open());
    CHECK(queue.packets() == 667);
    put(queue, numbered(10, 300, 1000));
    CHECK(drain(queue) == texts(677, 300, 333));
}

TEST_CASE("without its position a spool delivers again, and loses nothing") {
    TempDir dir;
    FakeClock clock(1'000'000);
    {
        SpoolQueue queue(in(dir.path()), clock);
        REQUIRE(queue.open());
        put(queue, numbered(10, 100));
        queue.front();
        queue.pop(3);
    }
    write_file(dir / "position", GENERATE("", "rubbish", "rubbish that is twenty bytes"));
    SpoolQueue queue(in(dir.path()), clock);
    REQUIRE(queue.open());
    CHECK(drain(queue) == texts(10, 100));
}

TEST_CASE("a segment cut at any byte gives the records before the cut") {
    constexpr std::size_t kRecords = 5;
    constexpr std::size_t kSize = 12;
    TempDir dir;
    FakeClock clock(1'000'000);
    {
        SpoolQueue queue(in(dir.path()), clock);
        REQUIRE(queue.open());
        put(queue, numbered(kRecords, kSize));
    }
    const std::string name = dir / segments(dir).front();
    const std::string whole = read_file(name);
    REQUIRE(whole.size() == 8 + kRecords * (8 + kSize));
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        for (const std::string& tail :
             {std::string(), std::string(30, '\0'), std::string(9, 'x')}) {
            ::unlink((dir / "position").c_str());
            write_file(name, whole.substr(0, cut) + tail);
            SpoolQueue queue(in(dir.path()), clock);
            REQUIRE(queue.open());
            const std::size_t expected = cut < 8 ? 0 : (cut - 8) / (8 + kSize);
            CHECK(queue.packets() == expected);
            put(queue, numbered(1, kSize, 77));
            auto all = texts(expected, kSize);
            all.push_back(numbered(1, kSize, 77).text());
            CHECK(drain(queue) == all);
        }
    }
}

TEST_CASE("no changed byte of a segment gives a record that was not there") {
    TempDir dir;
    FakeClock clock(1'000'000);
    {
        SpoolQueue queue(in(dir.path()), clock);
        REQUIRE(queue.open());
        put(queue, numbered(4, 12));
    }
    const std::string name = dir / segments(dir).front();
    const std::string whole = read_file(name);
    const auto all = texts(4, 12);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int bit : {1, 0x80}) {
            ::unlink((dir / "position").c_str());
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ bit);
            write_file(name, changed);
            SpoolQueue queue(in(dir.path()), clock);
            REQUIRE(queue.open());
            const auto got = drain(queue);
            REQUIRE(got.size() < all.size());
            CHECK(std::equal(got.begin(), got.end(), all.begin()));
        }
    }
}

TEST_CASE("a full spool takes no more than max, and says so") {
    TempDir dir;
    FakeClock clock(1'000'000);
    SpoolQueue queue(in(dir.path(), 1 << 20), clock);
    REQUIRE(queue.open());
    std::size_t taken = 0;
    Written out;
    while (out.status) {
        out = queue.append(numbered(100, 1000, taken).batch(), 0);
        taken += out.records;
    }
    CHECK_THAT(out.status.error().message, Contains("is full (1048576 bytes)"));
    CHECK(dir.bytes() <= (1 << 20) + 20);  // the file "position" has 20
    CHECK(taken >= 1000);
    CHECK(queue.packets() == taken);
    CHECK(drain(queue) == texts(taken, 1000));
    CHECK(queue.append(numbered(100, 1000).batch(), 0).status.ok());
}

TEST_CASE("a segment that vanishes or changes under our hands is counted as lost") {
    TempDir dir;
    FakeClock clock(1'000'000);
    SpoolQueue queue(in(dir.path()), clock);
    REQUIRE(queue.open());
    put(queue, numbered(100, 1000));       // one segment of 128 KiB
    put(queue, numbered(100, 1000, 100));  // another
    REQUIRE(segments(dir).size() == 2);
    ::unlink((dir / segments(dir).front()).c_str());
    CHECK(drain(queue) == texts(100, 1000, 100));
    CHECK(queue.take_lost() == 100);
    CHECK(queue.take_lost() == 0);
    CHECK(queue.packets() == 0);
}

TEST_CASE("two processes do not use one spool") {
    TempDir dir;
    FakeClock clock(1'000'000);
    SpoolQueue queue(in(dir.path()), clock);
    REQUIRE(queue.open());
    SpoolQueue second(in(dir.path()), clock);
    const Status refused = second.open();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Contains("another process uses it"));
}

TEST_CASE("a writer that is killed at any time leaves whole records") {
    for (int round = 0; round < 10; ++round) {
        TempDir dir;
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            FakeClock clock(1'000'000);
            SpoolQueue queue(in(dir.path(), 1ULL << 30), clock);
            if (!queue.open()) ::_exit(1);
            for (std::size_t i = 0;; ++i) {
                if (queue.append(numbered(10, 100, 10 * i).batch(), 0).records != 10) ::_exit(1);
                if (::write(ends[1], "", 1) != 1) ::_exit(1);
            }
        }
        ::close(ends[1]);
        const Fd told(ends[0]);
        std::string batches(static_cast<std::size_t>(1 + 37 * round), '\0');
        std::size_t seen = 0;
        while (seen < batches.size()) {
            const ssize_t got = ::read(told.get(), batches.data(), batches.size() - seen);
            REQUIRE(got > 0);
            seen += static_cast<std::size_t>(got);
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        FakeClock clock(1'000'000);
        SpoolQueue queue(in(dir.path(), 1ULL << 30), clock);
        REQUIRE(queue.open());
        const auto got = drain(queue);
        CHECK(got.size() >= 10 * seen);  // what it said is there
        CHECK(got == texts(got.size(), 100));
    }
}

TEST_CASE("while the receiver takes records, nothing is spooled") {
    Fixture f;
    f.sink->tend();
    REQUIRE(f.write(numbered(100, 100)).records == 100);
    CHECK(f.medium->lines == texts(100, 100));
    CHECK(f.sink->spooled() == 0U);
    CHECK(f.sink->detour().empty());
    CHECK(f.dir.bytes() <= 20);
}

TEST_CASE("what a receiver refuses is spooled, and comes before what is newer") {
    Fixture f;
    f.medium->room = 30;
    Written out = f.write(numbered(100, 100));
    CHECK(out.records == 100);
    CHECK(out.status.ok());
    CHECK(f.sink->spooled() == 70U);
    CHECK_THAT(f.sink->detour(), Contains("the medium is full; spooling to"));
    f.medium->room = 1000;
    CHECK(f.write(numbered(10, 100, 100)).records == 10);
    CHECK(f.medium->lines.size() == 30);  // behind the others
    CHECK(f.sink->spooled() == 80U);
    f.catch_up();
    CHECK(f.medium->lines == texts(110, 100));
    CHECK(f.sink->detour().empty());
    CHECK(f.write(numbered(1, 100, 110)).records == 1);
    CHECK(f.medium->lines == texts(111, 100));
}

TEST_CASE("a receiver that stays away is asked after growing pauses") {
    Fixture f;
    f.medium->full = true;
    f.write(numbered(1, 100));
    for (int i = 0; i < 10'000; ++i) {
        f.clock.mono += milliseconds(1);
        f.sink->tend();
        if (i % 10 == 0) f.write(numbered(1, 100));
    }
    CHECK(f.medium->refused >= 10);  // once a second in the end
    CHECK(f.medium->refused <= 16);
    CHECK(f.sink->spooled() == 1001U);
}

TEST_CASE("a full spool is an error of the output, and what it holds is kept") {
    Fixture f;
    f.medium->full = true;
    std::size_t taken = 0;
    Written out;
    while (out.status) {
        out = f.write(numbered(100, 1000, taken));
        taken += out.records;
    }
    CHECK_THAT(out.status.error().message, Contains("is full (1048576 bytes); the medium is full"));
    CHECK(f.sink->spooled() == taken);
    f.medium->full = false;
    f.catch_up();
    CHECK(f.medium->lines == texts(taken, 1000));
    CHECK(f.write(numbered(1, 1000, taken)).status.ok());
}

TEST_CASE("what an earlier run spooled is delivered first") {
    Fixture f;
    f.medium->full = true;
    f.write(numbered(50, 100));
    REQUIRE(f.sink->close());
    f.start();
    f.medium->full = false;
    CHECK(f.write(numbered(10, 100, 50)).records == 10);
    CHECK(f.sink->spooled() == 60U);
    f.catch_up();
    CHECK(f.medium->lines == texts(60, 100));
}

TEST_CASE("a spool that cannot be had is passed by and told") {
    Fixture f;
    f.options.path = f.dir / "none/spool";
    f.start();
    CHECK(f.write(numbered(1, 100)).records == 1);
    CHECK_THAT(f.sink->detour(), Contains("records are not spooled"));
    REQUIRE(::mkdir((f.dir / "none").c_str(), 0700) == 0);
    f.clock.advance(std::chrono::seconds(2));
    f.sink->tend();
    CHECK(f.sink->detour().empty());
    REQUIRE_FALSE(make_directory_of(in(f.dir / "neither/spool")));
}
