// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>

#include "decode/decode.hpp"

namespace nflogd::decode {
namespace {

constexpr std::uint16_t kPacketMessage = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET;

/// Cuts the next message off `rest`; the last one may lack its padding. False
/// if it is not whole.
bool take_message(Cursor& rest, nlmsghdr& header, Bytes& body) {
    if (!rest.copy(&header, sizeof header) || header.nlmsg_len < sizeof header) return false;
    if (!rest.take(header.nlmsg_len - sizeof header, body)) return false;
    const std::size_t padding = -header.nlmsg_len & (NLMSG_ALIGNTO - 1U);
    rest.skip(std::min(padding, rest.remaining()));
    return true;
}

/// An errno value as positive number; what the kernel never sends becomes EPROTO.
std::int32_t positive_errno(std::int32_t error) {
    constexpr std::int32_t kMaxErrno = 4095;  // include/linux/err.h
    return error <= 0 && error >= -kMaxErrno ? -error : EPROTO;
}

/// Nothing if the message is too short to hold an answer.
void read_answer(const nlmsghdr& header, Bytes body, DatagramInfo& info) {
    std::int32_t error = 0;
    if (!Cursor(body).copy(&error, sizeof error)) return;
    info.acknowledged = true;
    info.ack_errno = positive_errno(error);
    info.ack_sequence = header.nlmsg_seq;
}

}  // namespace

bool DatagramReader::next(Record& record) {
    while (!rest_.empty()) {
        nlmsghdr header{};
        if (!take_message(rest_, header, raw_)) {
            info_.cut = true;
            rest_ = Cursor({});
            return false;
        }
        if (header.nlmsg_type == NLMSG_ERROR) read_answer(header, raw_, info_);
        if (header.nlmsg_type != kPacketMessage) continue;
        if (decode_nflog_message(raw_, received_ns_, record)) return true;
    }
    return false;
}

}  // namespace nflogd::decode
