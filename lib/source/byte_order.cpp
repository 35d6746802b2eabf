// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/byte_order.hpp"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace nflogd::source {
namespace {

constexpr std::uint16_t kPacketType = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET;
/// The kernel nests two deep at most (NFULA_CT).
constexpr int kMaxNesting = 4;

std::size_t padded(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

void swap_attributes(std::span<std::uint8_t> attributes, int nesting) {
    while (attributes.size() >= sizeof(nlattr)) {
        nlattr head;
        std::memcpy(&head, attributes.data(), sizeof head);
        head.nla_len = __builtin_bswap16(head.nla_len);
        head.nla_type = __builtin_bswap16(head.nla_type);
        std::memcpy(attributes.data(), &head, sizeof head);
        if (head.nla_len < sizeof head || head.nla_len > attributes.size()) return;
        if ((head.nla_type & NLA_F_NESTED) != 0 && nesting < kMaxNesting) {
            swap_attributes(attributes.first(head.nla_len).subspan(sizeof head), nesting + 1);
        }
        attributes = attributes.subspan(std::min(padded(head.nla_len), attributes.size()));
    }
}

}  // namespace

void swap_nflog_message(std::span<std::uint8_t> message) {
    if (message.size() >= sizeof(nfgenmsg)) {
        swap_attributes(message.subspan(sizeof(nfgenmsg)), 0);
    }
}

void swap_datagram(std::span<std::uint8_t> datagram) {
    while (datagram.size() >= sizeof(nlmsghdr)) {
        nlmsghdr head;
        std::memcpy(&head, datagram.data(), sizeof head);
        head.nlmsg_len = __builtin_bswap32(head.nlmsg_len);
        head.nlmsg_type = __builtin_bswap16(head.nlmsg_type);
        head.nlmsg_flags = __builtin_bswap16(head.nlmsg_flags);
        head.nlmsg_seq = __builtin_bswap32(head.nlmsg_seq);
        head.nlmsg_pid = __builtin_bswap32(head.nlmsg_pid);
        std::memcpy(datagram.data(), &head, sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > datagram.size()) return;
        if (head.nlmsg_type == kPacketType) {
            swap_nflog_message(datagram.first(head.nlmsg_len).subspan(sizeof head));
        }
        datagram = datagram.subspan(std::min(padded(head.nlmsg_len), datagram.size()));
    }
}

}  // namespace nflogd::source
