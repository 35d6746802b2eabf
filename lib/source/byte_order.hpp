// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Recordings and captures keep the byte order of the machine that made them,
/// and so do the netlink headers inside. Here they are turned into ours.
#pragma once

#include <cstdint>
#include <span>

namespace nflogd::source {

/// The byte order of a file: ours, or the other one.
class ByteOrder {
public:
    explicit ByteOrder(bool foreign) : foreign_(foreign) {}

    [[nodiscard]] bool foreign() const { return foreign_; }
    /// A value as it was copied from the file, made ours.
    [[nodiscard]] std::uint16_t host(std::uint16_t value) const {
        return foreign_ ? __builtin_bswap16(value) : value;
    }
    [[nodiscard]] std::uint32_t host(std::uint32_t value) const {
        return foreign_ ? __builtin_bswap32(value) : value;
    }
    [[nodiscard]] std::uint64_t host(std::uint64_t value) const {
        return foreign_ ? __builtin_bswap64(value) : value;
    }

private:
    bool foreign_;
};

/// One NFULNL_MSG_PACKET without its nlmsghdr, in the other byte order: swaps
/// length and type of every attribute, also of nested ones, in place. Their
/// values are in network order and stay (nfnetlink_log.h). Stops at a length
/// that cannot be right.
void swap_nflog_message(std::span<std::uint8_t> message);

/// One netlink datagram in the other byte order: swaps every nlmsghdr, and the
/// attributes of the packet messages. Stops at a length that cannot be right.
void swap_datagram(std::span<std::uint8_t> datagram);

}  // namespace nflogd::source
