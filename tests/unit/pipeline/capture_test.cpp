// SPDX-License-Identifier: GPL-2.0-or-later
//
// Receiving that fails, and datagrams that mean harm: all of it is counted, and
// the loop goes on.
#include "pipeline/capture.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <random>

#include "catch.hpp"
#include "decode/build.hpp"
#include "fakes/memory_sink.hpp"
#include "fakes/text_formatter.hpp"
#include "pipeline/fake_kernel.hpp"

using namespace nflogd;
using decode::Buffer;
using decode::operator+;

namespace {

/// A small packet with this sequence number.
Buffer packet(std::uint32_t seq) {
    return decode::packet_message(
        decode::nfgen(NFPROTO_IPV4) + decode::attribute(NFULA_SEQ, decode::be32(seq)) +
        decode::attribute(NFULA_PAYLOAD, decode::ipv4({}, decode::tcp())));
}

Buffer answer(std::int32_t error) {
    Buffer body(sizeof error);
    std::memcpy(body.data(), &error, sizeof error);
    return decode::netlink(NLMSG_ERROR, body + decode::repeated(NLMSG_HDRLEN), 99);
}

Buffer noise(std::uint32_t seed) {
    std::mt19937 random(seed);
    Buffer bytes(1 + random() % 300);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

/// A bound group whose datagrams the test makes.
struct Group {
    explicit Group(const Clock& clock = system_clock())
        : socket(open()), wiring{rules, origins, interfaces,        lanes,
                                 clock, resting, [this] { ++ends; }} {}

    static source::NflogSocket open() {
        auto made = source::NflogSocket::open(100, NflogOptions{});
        REQUIRE(made.ok());
        return std::move(*made);
    }
    /// Runs a capture until the socket is empty, or of no use any more.
    void read_all() {
        auto capture = pipeline::Capture::start(socket, book, wiring);
        REQUIRE(capture.ok());
        (*capture)->finish();
        (*capture)->join();
        REQUIRE((*capture)->ended());
    }

    fakes::FakeKernel kernel;
    source::NflogSocket socket;
    pipeline::GroupBook book{100};
    enrich::RuleIndex rules;
    enrich::InterfaceTable interfaces;
    std::vector<std::unique_ptr<pipeline::Lane>> lanes;
    int ends = 0;
    std::atomic<bool> resting{false};
    Labels labels;
    std::vector<PrefixRule> patterns;
    enrich::OriginBook origins{labels, patterns};
    pipeline::Wiring wiring;
};

/// Each look at it takes 10 ms.
class RunningClock : public Clock {
public:
    std::uint64_t wall_ns() const override { return 0; }
    std::chrono::nanoseconds monotonic() const override {
        return std::chrono::nanoseconds(now_ += 10'000'000);
    }
    std::chrono::nanoseconds now() const { return std::chrono::nanoseconds(now_.load()); }

private:
    mutable std::atomic<std::int64_t> now_{1};
};

/// A group with more packets than its output has room for, which is stuck.
struct StuckGroup {
    StuckGroup() {
        medium->stuck = true;
        group.lanes.push_back(std::make_unique<pipeline::Lane>(
            config::OutputConfig{}, output, std::make_unique<fakes::TextFormatter>(),
            std::make_unique<fakes::MemorySink>(medium), [](const auto&, const auto&) {},
            system_clock()));
        for (std::uint32_t seq = 0; seq < 100; ++seq) group.kernel.deliver(packet(seq));
    }
    ~StuckGroup() { let_go(); }
    void let_go() {
        medium->change([&] { medium->stuck = false; });
    }

    RunningClock clock;
    std::shared_ptr<fakes::Medium> medium = std::make_shared<fakes::Medium>();
    pipeline::OutputBook output{16, 0};
    Group group{clock};
};

}  // namespace

TEST_CASE("what is left at the end waits for an output that is stuck for a while") {
    StuckGroup stuck;
    auto capture =
        pipeline::Capture::start(stuck.group.socket, stuck.group.book, stuck.group.wiring);
    REQUIRE(capture.ok());
    (*capture)->finish();
    const auto end = stuck.clock.now() + std::chrono::milliseconds(1000);
    while (stuck.clock.now() < end) std::this_thread::yield();
    stuck.let_go();
    (*capture)->join();
    REQUIRE(stuck.group.book.received() == 100);
    REQUIRE(stuck.output.pushed() == 100);
}

TEST_CASE("an output that stays stuck does not keep the end from coming") {
    StuckGroup stuck;
    const auto start = stuck.clock.now();
    stuck.group.read_all();
    REQUIRE(stuck.clock.now() - start >= pipeline::Capture::kFinishPatience);
    REQUIRE(stuck.group.book.received() == 100);
    REQUIRE(stuck.output.pushed() < 100);
}

TEST_CASE("a kernel that tells of dropped datagrams is counted, whichever call it is") {
    for (int call = 1; call <= 4; ++call) {
        Group group;
        group.kernel.faults[call] = {ENOBUFS, 0};
        for (const std::uint32_t seq : {0U, 1U, 4U}) group.kernel.deliver(packet(seq));
        group.read_all();
        CAPTURE(call);
        REQUIRE(group.book.overruns() == 1);
        REQUIRE(group.book.received() == 3);
        REQUIRE(group.book.lost() == 2);
        REQUIRE(group.kernel.receives >= 5);  // three, the fault, and "empty"
    }
}

TEST_CASE("many overruns in a row do not end the loop") {
    Group group;
    for (int call = 1; call <= 1000; ++call) group.kernel.faults[call] = {ENOBUFS, 0};
    group.kernel.deliver(packet(0));
    group.read_all();
    REQUIRE(group.book.overruns() == 1000);
    REQUIRE(group.book.received() == 1);
}

TEST_CASE("a datagram that was cut keeps its whole packets, and the rest is a gap") {
    const Buffer three = packet(0) + packet(1) + packet(2);
    for (std::size_t room = 1; room < three.size(); ++room) {
        Group group;
        group.kernel.faults[1] = {0, room};
        group.kernel.deliver(three);
        group.kernel.deliver(packet(3));
        group.read_all();
        CAPTURE(room, three.size());
        REQUIRE(group.book.cut_datagrams() == 1);
        REQUIRE(group.book.received() == room / packet(0).size() + 1);
        REQUIRE(group.book.received() + group.book.lost() == 4);
    }
}

TEST_CASE("messages that are no packets are passed over") {
    Group group;
    Buffer endless = decode::netlink(NLMSG_NOOP, decode::repeated(8));
    endless[0] = 0;  // a message of no length
    const Buffer huge = Buffer{0xff, 0xff, 0xff, 0xff} + decode::repeated(20);
    for (const Buffer& garbage :
         {endless, huge, Buffer{1}, decode::repeated(64), decode::repeated(64, 0xff),
          decode::netlink(NLMSG_DONE, {}), decode::netlink(NLMSG_OVERRUN, {}),
          decode::netlink(NLMSG_ERROR, {1}), answer(-EPERM), answer(0), answer(INT32_MIN),
          decode::packet_message({2, 0}), decode::netlink(0x4ff, decode::repeated(40))}) {
        group.kernel.deliver(garbage);
    }
    group.kernel.deliver(packet(0));
    group.read_all();
    REQUIRE(group.book.received() == 1);
    REQUIRE(group.book.lost() == 0);
    REQUIRE(group.book.cut_datagrams() == 0);
}

TEST_CASE("random bytes are passed over") {
    Group group;
    for (std::uint32_t seed = 0; seed < 100; ++seed) group.kernel.deliver(noise(seed));
    group.kernel.deliver(packet(0));
    group.read_all();
    REQUIRE(group.book.received() == 1);
    REQUIRE(group.kernel.receives >= 102);
}

TEST_CASE("a packet that is broken is a packet, and counted as such") {
    Group group;
    const Buffer seq = decode::attribute(NFULA_SEQ, decode::be32(0));
    group.kernel.deliver(
        decode::packet_message(decode::nfgen(NFPROTO_IPV4) + seq + decode::hex("ffff 0900 45")));
    group.kernel.deliver(packet(1));
    group.kernel.deliver(decode::packet_message(decode::nfgen(NFPROTO_IPV4) +
                                                decode::attribute(NFULA_SEQ, decode::be32(2))));
    group.read_all();
    REQUIRE(group.book.received() == 3);
    REQUIRE(group.book.lost() == 0);
    REQUIRE(group.book.malformed() == 1);
    REQUIRE(group.book.truncated() == 1);  // the last one has no payload
}

TEST_CASE("a socket that is of no use any more ends the thread, which tells it") {
    Group group;
    group.kernel.faults[2] = {EBADF, 0};
    group.kernel.deliver(packet(0));
    group.kernel.deliver(packet(1));
    group.read_all();
    REQUIRE(group.book.received() == 1);
    REQUIRE(group.ends == 1);
}
