// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/tap.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "catch.hpp"

using namespace nflogd;
using pipeline::Tap;

namespace {

Packet packet(std::uint32_t seq, std::uint16_t port, Record& record) {
    record.clear();
    record.timestamp_ns = 0;
    record.set(Field::timestamp);
    record.seq = seq;
    record.set(Field::seq);
    record.packet.dest_port = port;
    record.packet.set(HeaderField::dest_port);
    return {record, {}};
}

struct Tapped {
    Labels labels;
    Tap tap{{"gw", &labels}, 0};

    void offer(std::uint32_t seq, std::uint16_t port) {
        Record record;
        if (tap.open()) tap.offer(packet(seq, port, record));
        tap.wake();
    }
};

class Reader {
public:
    explicit Reader(Tap& tap, const std::string& filter = "", const std::string& format = "json") {
        std::array<int, 2> ends;
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        ours_.reset(ends[0]);
        Fd theirs(ends[1]);
        status = tap.attach(theirs, filter, format, "hello\n");
        if (!status) left_ = std::move(theirs);
    }
    /// The next line; empty at the end, or if none comes.
    std::string line() {
        while (buffer_.find('\n') == std::string::npos) {
            pollfd ready{ours_.get(), POLLIN, 0};
            if (::poll(&ready, 1, 10'000) != 1) return {};
            std::array<char, 65536> part;
            const ssize_t got = ::read(ours_.get(), part.data(), part.size());
            if (got <= 0) return {};
            buffer_.append(part.data(), static_cast<std::size_t>(got));
        }
        const std::size_t end = buffer_.find('\n');
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
    }
    void close() { ours_.reset(); }

    Status status;

private:
    Fd ours_;
    Fd left_;
    std::string buffer_;
};

std::uint64_t missed_of(const std::string& line) {
    const std::string mark = "\"missed\":\"";
    const std::size_t at = line.find(mark);
    return at == std::string::npos ? 0 : std::stoull(line.substr(at + mark.size()));
}

}  // namespace

TEST_CASE("readers get what their filters match, in their formats") {
    Tapped tapped;
    CHECK_FALSE(tapped.tap.open());
    Reader all(tapped.tap);
    Reader some(tapped.tap, "dest_port == 22", "line");
    REQUIRE((all.status && some.status));
    CHECK(tapped.tap.open());
    tapped.offer(1, 80);
    tapped.offer(2, 22);
    CHECK(all.line() == "hello");
    CHECK(all.line().find("\"seq\":1") != std::string::npos);
    CHECK(all.line().find("\"seq\":2") != std::string::npos);
    CHECK(some.line() == "hello");
    CHECK(some.line().find('{') == std::string::npos);
}

TEST_CASE("events reach every reader, behind the records before them") {
    Tapped tapped;
    Reader reader(tapped.tap, "dest_port == 22");
    tapped.offer(1, 22);
    CHECK(reader.line() == "hello");
    CHECK(reader.line().find("\"seq\":1") != std::string::npos);
    tapped.tap.post_event(std::make_shared<const Event>(Lifecycle{0, "reloaded", {}}));
    CHECK(reader.line().find("reloaded") != std::string::npos);
}

TEST_CASE("a reader that sleeps is told exactly what it missed, the others miss nothing for it") {
    Tapped tapped;
    Reader sleeper(tapped.tap);
    constexpr std::uint32_t kCount = 40'000;
    std::thread producer([&] {
        for (std::uint32_t i = 0; i < kCount; ++i) tapped.offer(i, 22);
    });
    producer.join();
    CHECK(sleeper.line() == "hello");
    std::uint64_t got = 0;
    std::uint64_t missed = 0;
    while (got + missed < kCount) {
        const std::string line = sleeper.line();
        if (line.empty()) break;
        const std::uint64_t told = missed_of(line);
        missed += told;
        if (told == 0) ++got;
    }
    CHECK(got + missed == kCount);
    CHECK(missed > 0);
}

TEST_CASE("who comes gets nothing of what was there before") {
    Tapped tapped;
    {
        Reader gone(tapped.tap);
        REQUIRE(gone.line() == "hello");
        tapped.offer(1, 22);
    }
    Reader reader(tapped.tap);
    tapped.offer(2, 22);
    CHECK(reader.line() == "hello");
    CHECK(reader.line().find("\"seq\":2") != std::string::npos);
}

TEST_CASE("a tap without readers is closed again") {
    Tapped tapped;
    Reader reader(tapped.tap);
    CHECK(reader.line() == "hello");
    reader.close();
    for (int i = 0; i < 10'000 && tapped.tap.open(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK_FALSE(tapped.tap.open());
}

TEST_CASE("what cannot be given is refused") {
    Tapped tapped;
    CHECK(Reader(tapped.tap, "port ==").status.error().message.starts_with("filter: column"));
    CHECK_FALSE(Reader(tapped.tap, "", "pcap").status);
    CHECK_FALSE(Reader(tapped.tap, "", "xml").status);
    std::vector<std::unique_ptr<Reader>> readers;
    for (std::size_t i = 0; i < Tap::kMaxReaders; ++i) {
        readers.push_back(std::make_unique<Reader>(tapped.tap));
        REQUIRE(readers.back()->status);
    }
    CHECK_FALSE(Reader(tapped.tap).status);
}

TEST_CASE("what was taken when the tap ends is sent") {
    auto tapped = std::make_unique<Tapped>();
    Reader reader(tapped->tap);
    for (std::uint32_t i = 0; i < 100; ++i) tapped->offer(i, 22);
    tapped.reset();
    CHECK(reader.line() == "hello");
    int count = 0;
    while (!reader.line().empty()) ++count;
    CHECK(count == 100);
}
