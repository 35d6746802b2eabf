// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <memory>
#include <thread>

#include "allocations.hpp"
#include "catch.hpp"
#include "sink/receiver.hpp"
#include "sink/support.hpp"
#include "sink/syslog.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using Catch::Matchers::Contains;

namespace {

/// Lines of 1000 bytes: more than the kernel takes for a receiver that does not read.
constexpr std::size_t kMany = 3000;

SyslogOptions to(const SyslogReceiver& receiver, SyslogFraming framing = {}) {
    SyslogOptions options;
    options.receiver = receiver;
    options.framing = framing;
    return options;
}

/// The lines from `first` on, as a lane offers again what was not taken.
class Rest {
public:
    Rest(const Lines& lines, std::size_t first) {
        const Batch all = lines.batch();
        const std::uint32_t start = first == 0 ? 0 : all.ends[first - 1];
        bytes_ = all.bytes.subspan(start);
        for (std::size_t i = first; i < all.ends.size(); ++i) ends_.push_back(all.ends[i] - start);
    }
    [[nodiscard]] Batch batch() const { return {bytes_, ends_}; }

private:
    std::span<const char> bytes_;
    std::vector<std::uint32_t> ends_;
};

std::string number(std::size_t i, std::size_t size) {
    std::string line = numbered(1, size, i).text();
    line.pop_back();
    return line;
}

/// Writes until nothing more is taken; returns the records that were.
std::size_t fill(Sink& sink, const Lines& lines) {
    std::size_t written = 0;
    while (true) {
        const Rest rest(lines, written);
        const Written out = sink.write(rest.batch());
        written += out.records;
        if (!out.status) return written;
    }
}

class Noting final : public WriteJournal {
public:
    void opened(std::uint64_t, std::uint64_t) override { ++times_opened; }
    void about_to_write(std::uint64_t, std::uint64_t, std::size_t) override {}
    void wrote(std::size_t records) override { out = records; }

    int times_opened = 0;
    std::size_t out = 0;
};

}  // namespace

TEST_CASE("octet counting: the length, a space, the message") {
    StreamReceiver receiver;
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines{"<134>1 one", "", std::string(480, 'x')};
    REQUIRE(sink->write(lines.batch()).records == 3);
    REQUIRE(sink->close().ok());
    REQUIRE(receiver.accept());
    REQUIRE(receiver.take_all() == "10 <134>1 one0 480 " + std::string(480, 'x'));
}

TEST_CASE("newline framing: the message, a newline, also behind one that was cut") {
    StreamReceiver receiver;
    SyslogOptions options = to(receiver.address(), SyslogFraming::newline);
    options.max_message = 480;
    const auto sink = make_syslog(options);
    const Lines lines{"<134>1 one", std::string(1000, 'x'), "<134>1 three"};
    REQUIRE(sink->write(lines.batch()).records == 3);
    REQUIRE(sink->close().ok());
    REQUIRE(receiver.accept());
    REQUIRE(receiver.take_all() == "<134>1 one\n" + std::string(480, 'x') + "\n<134>1 three\n");
}

TEST_CASE("a cut message is counted as it is sent") {
    StreamReceiver receiver;
    SyslogOptions options = to(receiver.address());
    options.max_message = 480;
    const auto sink = make_syslog(options);
    const Lines lines{std::string(479, 'a') + "\u00fc", "next"};
    REQUIRE(sink->write(lines.batch()).records == 2);
    REQUIRE(sink->close().ok());
    REQUIRE(receiver.accept());
    REQUIRE(read_frames(receiver.take_all()) ==
            std::vector<std::string>{std::string(479, 'a'), "next"});
}

TEST_CASE("nobody who listens is an error, and the next try finds somebody") {
    const SyslogReceiver address = nobody();
    const auto sink = make_syslog(to(address));
    const Lines lines{"one"};
    for (int i = 0; i < 3; ++i) {
        const Written out = sink->write(lines.batch());
        REQUIRE(out.records == 0);
        REQUIRE_THAT(out.status.error().message, Contains("Connection refused"));
        REQUIRE_THAT(out.status.error().message, Contains(to_string(address)));
    }
    StreamReceiver receiver(0, address.port);
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(receiver.accept());
    REQUIRE(receiver.take() == "3 one");
}

TEST_CASE("of several addresses the first that answers is used") {
    StreamReceiver receiver;
    SyslogOptions options = to(receiver.address());
    options.receiver.addresses = {"127.0.0.2", "::1", "127.0.0.1"};  // bound to 127.0.0.1 only
    const auto sink = make_syslog(options);
    const Lines lines{"one"};
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(receiver.accept());
    REQUIRE(receiver.take() == "3 one");
}

TEST_CASE("a receiver that does not read loses nothing, and no message is torn") {
    const auto framing = GENERATE(SyslogFraming::octet_counting, SyslogFraming::newline);
    StreamReceiver receiver(4096);
    const auto sink = make_syslog(to(receiver.address(), framing));
    const Lines lines = numbered(kMany, 1000);
    std::size_t written = fill(*sink, lines);
    REQUIRE(written > 0);
    REQUIRE(written < kMany);
    REQUIRE_THAT(sink->write(Rest(lines, written).batch()).status.error().message,
                 Contains("takes nothing"));
    REQUIRE(receiver.accept());
    std::string text;
    std::thread reader([&] { text = receiver.take_all(); });
    while (written < kMany) written += sink->write(Rest(lines, written).batch()).records;
    static_cast<void>(sink->close());
    reader.join();
    if (framing == SyslogFraming::newline) {
        REQUIRE((text == lines.text()));
        return;
    }
    const auto messages = read_frames(text);
    REQUIRE(messages.size() == kMany);
    for (std::size_t i = 0; i < messages.size(); ++i) REQUIRE((messages[i] == number(i, 1000)));
}

TEST_CASE("what a broken connection may have lost is sent again, a half message whole") {
    const bool by_reset = GENERATE(true, false);
    StreamReceiver receiver(4096);
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines = numbered(kMany, 1000);
    const std::size_t written = fill(*sink, lines);
    REQUIRE(written > 0);
    REQUIRE(written < kMany);
    REQUIRE(receiver.accept());
    REQUIRE_FALSE(receiver.take_exactly(1500).empty());  // one and a half, and more unread
    by_reset ? receiver.reset() : receiver.hang_up();
    std::string got;
    std::thread reader([&] {
        if (receiver.accept()) got = receiver.take_all();
    });
    for (std::size_t done = written; done < kMany;) {
        const Rest rest(lines, done);
        done += sink->write(rest.batch()).records;
    }
    REQUIRE(sink->close().ok());
    reader.join();
    const auto messages = read_frames(got);
    REQUIRE(messages.size() == kMany);
    for (std::size_t i = 0; i < kMany; ++i) REQUIRE(messages[i] == number(i, 1000));
}

TEST_CASE("a half message that the lane gave up is finished before the next") {
    StreamReceiver receiver(4096);
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines = numbered(kMany, 1000);
    const std::size_t written = fill(*sink, lines);
    REQUIRE(receiver.accept());
    std::string text;
    std::thread reader([&] { text = receiver.take_all(); });
    const Lines other{"something else"};
    while (sink->write(other.batch()).records == 0) {
    }
    static_cast<void>(sink->close());
    reader.join();
    const auto messages = read_frames(text);
    REQUIRE(messages.back() == "something else");
    REQUIRE(messages.size() >= written + 1);  // and perhaps the torn one
    REQUIRE(messages.size() <= written + 2);
}

TEST_CASE("a half message that the lane gave up is not sent over the next connection") {
    StreamReceiver receiver(4096);
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines = numbered(kMany, 1000);
    const std::size_t written = fill(*sink, lines);
    REQUIRE(receiver.accept());
    receiver.reset();
    std::string text;
    std::thread reader([&] {
        if (receiver.accept()) text = receiver.take_all();
    });
    const Lines other{"something else"};
    while (sink->write(other.batch()).records == 0) {
    }
    REQUIRE(sink->close().ok());
    reader.join();
    const auto messages = read_frames(text);
    REQUIRE(messages.size() == written + 1);
    REQUIRE(messages.back() == "something else");
}

TEST_CASE("a connection that the receiver closed while nothing was sent is replaced at once") {
    StreamReceiver receiver;
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines{"one"};
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(receiver.accept());
    REQUIRE(receiver.take() == "3 one");
    const bool by_reset = GENERATE(true, false);
    by_reset ? receiver.reset() : receiver.hang_up();
    const Lines next{"two"};
    const Written out = sink->write(next.batch());
    REQUIRE(out.status.ok());
    REQUIRE(out.records == 1);
    REQUIRE(receiver.accept());
    // Who resets a connection may not have read what came last.
    const std::string expected = by_reset ? "3 one3 two" : "3 two";
    REQUIRE(receiver.take_exactly(expected.size()) == expected);
}

TEST_CASE("what was lost with a connection does not wait for the next record") {
    StreamReceiver receiver;
    FakeClock clock(1'000'000);
    const auto sink = make_syslog(to(receiver.address()), clock);
    const Lines lines{"one"};
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(receiver.accept());
    receiver.hang_up();  // without having read it
    REQUIRE(sink->tend().has_value());
    clock.advance(std::chrono::seconds(1));
    sink->tend();
    REQUIRE(receiver.accept());
    REQUIRE(receiver.take() == "3 one");
    // Looks end by themselves.
    int looks = 0;
    for (; sink->tend() && looks < 20; ++looks) clock.advance(std::chrono::seconds(200));
    REQUIRE(looks < 12);
}

TEST_CASE("what a receiver says is of no interest, and breaks no connection at the end") {
    StreamReceiver receiver;
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines{"one"};
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(receiver.accept());
    receiver.say(std::string(5000, '?'));
    REQUIRE(sink->write(lines.batch()).records == 1);
    receiver.say("more");
    REQUIRE(sink->close().ok());
    REQUIRE(receiver.take_all() == "3 one3 one");
}

TEST_CASE("reopening keeps the connection") {
    StreamReceiver receiver;
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines{"one"};
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(sink->reopen().ok());
    REQUIRE(sink->write(lines.batch()).records == 1);
    REQUIRE(receiver.accept());
    REQUIRE(receiver.take_exactly(10) == "3 one3 one");
}

TEST_CASE("the journal knows what is out, so that a successor sends nothing again") {
    StreamReceiver receiver(4096);
    Noting journal;
    const auto sink = make_syslog(to(receiver.address()), system_clock(), &journal);
    REQUIRE(journal.times_opened == 1);
    const Lines lines = numbered(kMany, 1000);
    const Written out = sink->write(lines.batch());
    REQUIRE(out.records > 0);
    REQUIRE(journal.out == out.records);
}

TEST_CASE("sending over TCP allocates nothing, torn messages included") {
    StreamReceiver receiver(4096);
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines = numbered(500, 999);
    REQUIRE(sink->write(lines.batch()).records > 0);
    REQUIRE(receiver.accept());
    std::array<std::uint64_t, 2> counts{};
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(receiver.take());
        counts[0] = allocations();
        const Written out = sink->write(lines.batch());
        counts[1] = allocations();
        if (out.status) REQUIRE(counts[1] == counts[0]);  // an error is a text
    }
}
