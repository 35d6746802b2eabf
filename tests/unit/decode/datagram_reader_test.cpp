// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <cerrno>

#include "catch.hpp"
#include "record_of.hpp"

using namespace nflogd;
using namespace nflogd::decode;

namespace {

struct Read {
    std::vector<std::uint32_t> marks;
    DatagramInfo info;
};

/// The marks of the records in a datagram tell which of them came.
Read read(const Buffer& datagram) {
    const Buffer alone(datagram.begin(), datagram.end());
    DatagramReader reader(alone, kReceived);
    Record record = dirty_record();
    Read result;
    while (reader.next(record)) {
        result.marks.push_back(record.has(Field::mark) ? record.mark : 0);
    }
    CHECK_FALSE(reader.next(record));
    result.info = reader.info();
    return result;
}

Buffer packet(std::uint32_t mark) {
    return packet_message(nfgen(NFPROTO_IPV4) + attribute(NFULA_MARK, be32(mark)));
}
Buffer done() { return netlink(NLMSG_DONE, repeated(4)); }

Buffer host32(std::int32_t value) {
    Buffer bytes(sizeof value);
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}
Buffer answer(std::int32_t error, std::uint32_t sequence) {
    return netlink(NLMSG_ERROR, host32(error) + repeated(NLMSG_HDRLEN), sequence);
}
/// A message of packet 9 that says to be `length` bytes long.
Buffer with_length(std::int32_t length) {
    auto message = packet(9);
    const auto field = host32(length);
    std::copy(field.begin(), field.end(), message.begin());
    return message;
}

using Marks = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("every packet message is a record") {
    CHECK(read({}).marks.empty());
    CHECK(read(packet(1)).marks == Marks{1});
    CHECK(read(packet(1) + packet(2) + packet(3)).marks == Marks{1, 2, 3});
    CHECK_FALSE(read(packet(1) + packet(2)).info.cut);
}

TEST_CASE("records do not inherit from those before them") {
    CHECK(read(packet(1) + packet_message(nfgen(NFPROTO_IPV4)) + packet(3)).marks ==
          Marks{1, 0, 3});
}

TEST_CASE("a batch ends with NLMSG_DONE, the datagram need not") {
    CHECK(read(packet(1) + done()).marks == Marks{1});
    const auto two = read(packet(1) + done() + packet(2) + done());
    CHECK(two.marks == Marks{1, 2});
    CHECK_FALSE(two.info.cut);
}

TEST_CASE("messages of other types are skipped") {
    const auto result = read(netlink(NLMSG_NOOP, {}) + packet(1) + netlink(0x401, repeated(9)) +
                             netlink(0xa00, nfgen(2)) + packet(2) + netlink(0xffff, {}));
    CHECK(result.marks == Marks{1, 2});
    CHECK_FALSE(result.info.cut);
    CHECK_FALSE(result.info.acknowledged);
}

TEST_CASE("a packet message without nfgenmsg is no record") {
    CHECK(read(packet_message({}) + packet(1)).marks == Marks{1});
    CHECK(read(packet_message({2, 0, 0}) + packet(1)).marks == Marks{1});
}

TEST_CASE("a packet message with broken attributes is a record, and the next one too") {
    const auto broken = packet_message(nfgen(NFPROTO_IPV4) + hex("ffff 0200 00000001"));
    CHECK(read(broken + packet(2)).marks == Marks{0, 2});
}

TEST_CASE("answers to requests") {
    const auto good = read(answer(0, 7));
    CHECK(good.info.acknowledged);
    CHECK(good.info.ack_errno == 0);
    CHECK(good.info.ack_sequence == 7);
    const auto refused = read(packet(1) + answer(-EPERM, 8) + packet(2));
    CHECK(refused.marks == Marks{1, 2});
    CHECK(refused.info.ack_errno == EPERM);
    CHECK(refused.info.ack_sequence == 8);
    CHECK_FALSE(read(packet(1)).info.acknowledged);
    CHECK_FALSE(read(netlink(NLMSG_ERROR, {0, 0, 0})).info.acknowledged);
}

TEST_CASE("an answer is never a negative errno") {
    for (const std::int32_t error : {1, 4096, INT32_MAX, INT32_MIN, -4096}) {
        CHECK(read(answer(error, 1)).info.ack_errno == EPROTO);
    }
    CHECK(read(answer(-4095, 1)).info.ack_errno == 4095);
}

TEST_CASE("a length that cannot be ends the datagram") {
    for (const std::int32_t length : {0, 1, 15, 29, 1000, INT32_MAX, -1}) {
        INFO(length);
        const auto result = read(packet(1) + with_length(length));
        CHECK(result.marks == Marks{1});
        CHECK(result.info.cut);
    }
}

TEST_CASE("the last message may lack its padding, the others not") {
    auto last = packet_message(nfgen(NFPROTO_IPV4) + attribute(NFULA_MARK, be32(4)) +
                               Buffer{5, 0, NFULA_PREFIX, 0, 'p'});
    last.resize(last.size() - 3);
    const auto result = read(packet(1) + last);
    CHECK(result.marks == Marks{1, 4});
    CHECK_FALSE(result.info.cut);
}

TEST_CASE("bytes too few for a message header are a cut message") {
    for (std::size_t size = 1; size < 16; ++size) {
        const auto result = read(packet(1) + repeated(size));
        CHECK(result.marks == Marks{1});
        CHECK(result.info.cut);
    }
}
