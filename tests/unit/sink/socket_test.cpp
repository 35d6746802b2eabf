// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <optional>

#include "allocations.hpp"
#include "catch.hpp"
#include "core/fd.hpp"
#include "sink/listener.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;

namespace {

constexpr std::size_t kBuffer = 256 << 10;
constexpr int kPatienceMs = 30'000;
constexpr const char* kEnd = "the end";

/// A program that connects and reads when the test says so.
class Reader {
public:
    explicit Reader(const std::string& path)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        REQUIRE(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    /// Reads until it has `bytes` of them, or the end.
    std::string take(std::size_t bytes) {
        std::string text;
        std::array<char, 65536> chunk;
        while (text.size() < bytes) {
            pollfd slot{fd_.get(), POLLIN, 0};
            REQUIRE(::poll(&slot, 1, kPatienceMs) == 1);
            const std::size_t most = std::min(chunk.size(), bytes - text.size());
            const ssize_t got = ::read(fd_.get(), chunk.data(), most);
            REQUIRE(got >= 0);
            if (got == 0) break;
            text.append(chunk.data(), static_cast<std::size_t>(got));
        }
        return text;
    }
    /// Whether there is something to take now, or the end.
    [[nodiscard]] bool readable() const {
        pollfd slot{fd_.get(), POLLIN, 0};
        return ::poll(&slot, 1, 1) == 1;
    }
    /// Bytes that have come and were not taken.
    [[nodiscard]] std::size_t waiting() const {
        int bytes = 0;
        REQUIRE(::ioctl(fd_.get(), FIONREAD, &bytes) == 0);
        return static_cast<std::size_t>(bytes);
    }
    /// All that comes until the connection ends.
    std::string take_all() { return take(std::string().max_size()); }
    /// All before the line kEnd.
    std::string take_to_end() {
        const std::string end = std::string(kEnd) + '\n';
        std::string text;
        while (!text.ends_with(end)) {
            const std::string more = take(1);
            if (more.empty()) break;
            text += more;
        }
        REQUIRE(text.ends_with(end));
        return text.substr(0, text.size() - end.size());
    }
    [[nodiscard]] int fd() const { return fd_.get(); }
    void hang_up() { fd_.reset(); }

private:
    Fd fd_;
};

/// A sink with its listener; format: a line "missed N" for what was missed.
struct Live {
    TempDir temp;
    SocketOptions options;
    std::optional<Listener> listener;
    std::unique_ptr<Sink> sink;
    bool tells = true;

    explicit Live(std::string_view head = {}, std::uint32_t readers = 16, bool with_text = true)
        : tells(with_text) {
        options.path = temp / "live.sock";
        options.readers = readers;
        options.buffer = kBuffer;
        auto made = Listener::open(options);
        INFO((made ? "" : made.error().message));
        REQUIRE(made);
        listener.emplace(std::move(*made));
        options.listener = listener->fd();
        auto socket = make_socket(options, head, [this](std::uint64_t missed) {
            return tells ? "missed " + std::to_string(missed) + '\n' : std::string();
        });
        REQUIRE(socket);
        sink = std::move(*socket);
    }
    /// One that is attached: it has got something.
    Reader attach() {
        Reader reader(options.path);
        // It is attached when it gets what is written; till then all of it is thrown away.
        while (!reader.readable()) write({"hello"});
        std::string got;
        // The rest of the greetings: until the mark that nothing follows.
        write({"attached"});
        while (!got.ends_with("attached\n")) got += reader.take(1);
        return reader;
    }
    void write(std::initializer_list<std::string> lines) { write(Lines(lines)); }
    void write(const Lines& lines) {
        const Batch batch = lines.batch();
        const Written out = sink->write(batch);
        REQUIRE(out.status.ok());
        REQUIRE(out.records == batch.ends.size());
    }
};

struct Account {
    std::size_t lines = 0;
    std::uint64_t missed = 0;
    std::size_t notices = 0;
};

/// Of numbered(…, size): each line is whole, in order, and what is not there was told at
/// the very place.
Account check(const std::string& text, std::size_t size) {
    Account account;
    std::size_t next = 0;
    REQUIRE((text.empty() || text.back() == '\n'));
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at) + 1;
        const std::string line = text.substr(at, end - at);
        at = end;
        if (line.starts_with("missed ")) {
            const std::uint64_t missed = std::stoull(line.substr(7));
            account.missed += missed;
            next += missed;
            ++account.notices;
            continue;
        }
        REQUIRE(line == numbered(1, size, next).text());
        ++account.lines;
        ++next;
    }
    return account;
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

template <typename Condition>
bool comes_true(Condition condition) {
    for (int i = 0; i < kPatienceMs; ++i) {
        if (condition()) return true;
        ::poll(nullptr, 0, 1);
    }
    return false;
}

}  // namespace

TEST_CASE("without a reader everything is taken") {
    const Live live;
    REQUIRE(live.sink->write(numbered(10'000, 100).batch()).records == 10'000);
    REQUIRE_FALSE(live.sink->tend());
    REQUIRE(live.sink->reopen().ok());
    REQUIRE(live.sink->close().ok());
}

TEST_CASE("each reader gets every record from its coming on") {
    Live live;
    live.write({"before"});
    Reader one = live.attach();
    const Lines first = numbered(100, 100);
    live.write(first);
    REQUIRE(one.take(first.text().size()) == first.text());
    Reader two = live.attach();
    const Lines second = numbered(1000, 100, 100);
    live.write(second);
    REQUIRE(live.sink->close().ok());
    const std::string text = one.take_all();
    REQUIRE(text.ends_with(second.text()));
    REQUIRE(text.substr(0, 6) == "hello\n");  // what the other one was greeted with
    REQUIRE(two.take_all() == second.text());
}

TEST_CASE("a lone record comes without another") {
    Live live;
    Reader reader = live.attach();
    for (const std::string text : {"one", "two", "three"}) {
        live.write({text});
        REQUIRE(reader.take(text.size() + 1) == text + '\n');
    }
}

TEST_CASE("a slow reader loses only its own, and is told exactly how many") {
    Live live;
    constexpr std::size_t kSize = 333;
    constexpr std::size_t kBatch = 500;
    constexpr std::size_t kBatches = 40;
    Reader slow = live.attach();
    Reader quick = live.attach();
    // What the slow one was greeted with when the quick one came.
    while (slow.take(1) != "a") {
    }
    REQUIRE(slow.take(8) == "ttached\n");
    std::string text;
    for (std::size_t i = 0; i < kBatches; ++i) {
        const Lines lines = numbered(kBatch, kSize, i * kBatch);
        live.write(lines);
        text += quick.take(lines.text().size());
    }
    const Account all = check(text, kSize);
    REQUIRE(all.lines == kBatch * kBatches);
    REQUIRE(all.missed == 0);
    // Now it reads: what it had in its connection, what it missed, and the newest.
    live.write({kEnd});
    const std::string late = slow.take_to_end();
    const Account some = check(late, kSize);
    REQUIRE(some.missed > 0);
    REQUIRE(some.lines + some.missed == kBatch * kBatches);
    REQUIRE(some.notices == 1);
    REQUIRE(some.lines * kSize >= kBuffer / 2);
}

TEST_CASE("a reader that falls behind again and again can account for every record") {
    Live live;
    constexpr std::size_t kSize = 701;
    Reader reader = live.attach();
    std::string text;
    std::size_t written = 0;
    for (int i = 0; i < 60; ++i) {
        live.write(numbered(300, kSize, written));
        written += 300;
        text += reader.take(50'000 + static_cast<std::size_t>(i) * 17);
    }
    live.write({kEnd});
    text += reader.take_to_end();
    const Account account = check(text, kSize);
    REQUIRE(account.missed > 0);
    REQUIRE(account.notices > 1);
    REQUIRE(account.lines + account.missed == written);
}

TEST_CASE("a record that is longer than the buffer is missed, and counted") {
    Live live;
    Reader reader = live.attach();
    live.write({"0"});
    REQUIRE(reader.take(2) == "0\n");
    live.write({std::string(kBuffer + 1, 'x')});
    live.write({"2"});
    REQUIRE(live.sink->close().ok());
    REQUIRE(reader.take_all() == "missed 1\n2\n");
}

TEST_CASE("a format that cannot tell what was missed ends the connection") {
    Live live({}, 16, false);
    constexpr std::size_t kSize = 500;
    Reader slow = live.attach();
    const Lines first = numbered(200, kSize);
    live.write(first);
    while (slow.waiting() < first.text().size()) static_cast<void>(slow.readable());
    for (std::size_t i = 2; i < 40; ++i) live.write(numbered(100, kSize, i * 100));
    const Account account = check(slow.take_all(), kSize);
    REQUIRE(account.lines >= 200);
    REQUIRE(account.lines < 4000);
    Reader again = live.attach();
    live.write({"back"});
    REQUIRE(again.take(5) == "back\n");
}

TEST_CASE("a head comes first for every reader") {
    Live live("head:");
    for (int i = 0; i < 2; ++i) {
        Reader reader(live.options.path);
        REQUIRE(reader.take(5) == "head:");
        live.write({"one"});
        REQUIRE(reader.take(4) == "one\n");
    }
}

TEST_CASE("readers that go away, send or only half close disturb nobody") {
    Live live;
    Reader stays = live.attach();
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 50; ++i) {
        Reader goes(live.options.path);
        if (i % 2 == 0) {
            const std::string garbage(1000, '\0');
            static_cast<void>(::send(goes.fd(), garbage.data(), garbage.size(), MSG_NOSIGNAL));
        }
        if (i % 5 == 0) live.write({"meanwhile"});
    }
    Reader half = live.attach();
    REQUIRE(::shutdown(half.fd(), SHUT_WR) == 0);
    live.write({"last"});
    REQUIRE(half.take(5) == "last\n");
    half.hang_up();
    REQUIRE(comes_true([&] { return open_descriptors() == before; }));
    REQUIRE(live.sink->close().ok());
    REQUIRE(stays.take_all().ends_with("hello\nattached\nlast\n"));
}

TEST_CASE("a reader that is one too many is turned away until another leaves") {
    Live live({}, 2);
    Reader one = live.attach();
    Reader two = live.attach();
    Reader three(live.options.path);
    REQUIRE(three.take_all().empty());
    live.write({"still"});
    two.hang_up();
    Reader four = [&] {
        for (;;) {
            Reader again(live.options.path);
            while (!again.readable()) live.write({"x"});
            if (again.take(1) == "x") return again;
        }
    }();
    live.write({"end"});
    REQUIRE(live.sink->close().ok());
    REQUIRE(four.take_all().ends_with("end\n"));
}

TEST_CASE("a frozen reader does not hold the end") {
    Live live;
    Reader frozen = live.attach();
    for (std::size_t i = 0; i < 20; ++i) live.write(numbered(100, 500, i * 100));
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(live.sink->close().ok());
    REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
    // What was left in its connection ends behind a whole record.
    const Account account = check(frozen.take_all(), 500);
    REQUIRE(account.lines > 100);
    REQUIRE(account.lines < 2000);
}

TEST_CASE("handing records to readers allocates nothing") {
    Live live;
    Reader reader = live.attach();
    const Lines lines = numbered(10, 999);
    std::string text(lines.text().size(), '\0');
    const std::uint64_t before = allocations();
    bool same = true;
    for (int i = 0; i < 1000; ++i) {
        same = same && live.sink->write(lines.batch()).records == 10;
        std::size_t held = 0;
        while (held < text.size()) {
            const ssize_t got = ::read(reader.fd(), text.data() + held, text.size() - held);
            if (got <= 0) break;
            held += static_cast<std::size_t>(got);
        }
        same = same && text == lines.text();
    }
    REQUIRE(allocations() == before);
    REQUIRE(same);
}
