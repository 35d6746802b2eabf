// SPDX-License-Identifier: GPL-2.0-or-later
#include <memory>

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

SyslogOptions to(const SyslogReceiver& receiver) {
    SyslogOptions options;
    options.receiver = receiver;
    return options;
}

}  // namespace

TEST_CASE("one datagram a message, without its newline") {
    const TempDir temp;
    const bool local = GENERATE(true, false);
    const auto receiver = local ? std::make_unique<DatagramReceiver>(temp / "log")
                                : std::make_unique<DatagramReceiver>();
    const auto sink = make_syslog(to(receiver->address()));
    const Lines lines{"<134>1 one", "<134>1 two", ""};
    const Written out = sink->write(lines.batch());
    REQUIRE(out.status.ok());
    REQUIRE(out.records == 3);
    REQUIRE(receiver->take() == std::vector<std::string>{"<134>1 one", "<134>1 two", ""});
    REQUIRE_FALSE(sink->tend());
    REQUIRE(sink->reopen().ok());
    REQUIRE(sink->write(lines.batch()).records == 3);
    REQUIRE(receiver->take().size() == 3);
    REQUIRE(sink->close().ok());
}

TEST_CASE("a long message is cut between two characters") {
    const DatagramReceiver receiver;
    SyslogOptions options = to(receiver.address());
    options.max_message = 480;
    const auto sink = make_syslog(options);
    std::string text(478, 'a');
    Lines lines{text + "bc", text + "bcd", text + "b\u00fc", text + "\U0001f600", text + "\u00fc"};
    REQUIRE(sink->write(lines.batch()).records == 5);
    REQUIRE(receiver.take() ==
            std::vector<std::string>{text + "bc", text + "bc", text + "b", text, text + "\u00fc"});
}

TEST_CASE("more messages than go into one call arrive in order") {
    const DatagramReceiver receiver;
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines = numbered(150, 100);
    REQUIRE(sink->write(lines.batch()).records == 150);
    std::string text;
    for (const std::string& message : receiver.take()) text += message + '\n';
    REQUIRE((text == lines.text()));
}

TEST_CASE("a receiver that does not read suspends, and loses nothing that was counted") {
    const TempDir temp;
    const DatagramReceiver receiver(temp / "log");
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines = numbered(5000, 1000);
    const Written first = sink->write(lines.batch());
    REQUIRE(first.status.ok());  // it took something: it may be only busy
    REQUIRE(first.records > 0);
    REQUIRE(first.records < 5000);
    const Written second = sink->write(lines.batch());
    REQUIRE(second.records == 0);
    REQUIRE_THAT(second.status.error().message, Contains("Resource temporarily unavailable"));
    REQUIRE(receiver.take().size() == first.records);
    REQUIRE(sink->write(lines.batch()).records > 0);
}

TEST_CASE("a receiver that comes back at the same path is found at once") {
    const TempDir temp;
    const std::string path = temp / "log";
    auto receiver = std::make_unique<DatagramReceiver>(path);
    const auto sink = make_syslog(to(receiver->address()));
    const Lines lines{"one"};
    REQUIRE(sink->write(lines.batch()).records == 1);
    receiver = nullptr;
    SECTION("before the next message") {
        receiver = std::make_unique<DatagramReceiver>(path);
        REQUIRE(sink->write(lines.batch()).status.ok());
    }
    SECTION("later") {
        const Written out = sink->write(lines.batch());
        REQUIRE(out.records == 0);
        REQUIRE_THAT(out.status.error().message, Contains("unix:" + path + ": No such file"));
        receiver = std::make_unique<DatagramReceiver>(path);
        REQUIRE(sink->write(lines.batch()).status.ok());
    }
    REQUIRE(receiver->take() == std::vector<std::string>{"one"});
}

TEST_CASE("a receiver that is not there at the start is no error before a message is") {
    const TempDir temp;
    const auto sink = make_syslog(to({SyslogTransport::unix_datagram, temp / "none", 0, {}}));
    REQUIRE_FALSE(sink->tend());
    const Lines lines{"one"};
    REQUIRE_FALSE(sink->write(lines.batch()).status.ok());
}

TEST_CASE("a name without an address is told as one") {
    const auto transport = GENERATE(SyslogTransport::udp, SyslogTransport::tcp);
    const auto sink = make_syslog(to({transport, "log.example.org", 514, {}}));
    const Lines lines{"one"};
    const Written out = sink->write(lines.batch());
    REQUIRE(out.records == 0);
    REQUIRE_THAT(out.status.error().message,
                 Contains("log.example.org:514: this name was not found"));
}

TEST_CASE("nobody who listens on UDP is nothing that a sender knows") {
    SyslogReceiver receiver = nobody();
    receiver.transport = SyslogTransport::udp;
    const auto sink = make_syslog(to(receiver));
    const Lines lines{"one", "two"};
    for (int i = 0; i < 10; ++i) REQUIRE(sink->write(lines.batch()).status.ok());
}

TEST_CASE("a message that the socket is too small for is cut, and holds no other") {
    const DatagramReceiver receiver;
    SyslogOptions options = to(receiver.address());
    options.max_message = 100'000;  // more than a datagram holds
    const auto sink = make_syslog(options);
    const Lines lines{"before", std::string(80'000, 'x'), "behind"};
    const Written out = sink->write(lines.batch());
    REQUIRE(out.status.ok());
    REQUIRE(out.records == 3);
    const auto messages = receiver.take();
    REQUIRE(messages.size() == 3);
    REQUIRE(messages[1].size() > 40'000);
    REQUIRE(messages[2] == "behind");
}

TEST_CASE("sending datagrams allocates nothing") {
    const DatagramReceiver receiver;
    const auto sink = make_syslog(to(receiver.address()));
    const Lines lines = numbered(100, 500);
    REQUIRE(sink->write(lines.batch()).records == 100);
    const std::uint64_t before = allocations();
    for (int i = 0; i < 100; ++i) REQUIRE(sink->write(lines.batch()).records == 100);
    const std::uint64_t after = allocations();
    REQUIRE(after == before);
}
