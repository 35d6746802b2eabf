// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Input: one netlink datagram of a group, as a socket receives it.
#include "decode/decode.hpp"
#include "fuzz.hpp"
#include "record_check.hpp"

using namespace nflogd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::uint64_t kReceived = 1'795'428'234'123'456'789;
    constexpr std::size_t kSmallestMessage = 20;  // nlmsghdr and nfgenmsg
    static fuzz::RecordCheck check;
    const Bytes bytes(data, size);
    decode::DatagramReader first(bytes, kReceived);
    decode::DatagramReader second(bytes, kReceived);
    Record a = fuzz::filled(0xaa);
    Record b = fuzz::filled(0x55);
    std::size_t records = 0;
    for (; first.next(a); ++records) {
        fuzz::require(second.next(b), "the same bytes are the same records");
        check.check(a, b);
    }
    fuzz::require(!second.next(b), "the same bytes are the same records");
    fuzz::require(records <= size / kSmallestMessage, "every record has its own message");
    const decode::DatagramInfo& info = first.info();
    fuzz::require(info.ack_errno >= 0, "an errno value is positive");
    return 0;
}
