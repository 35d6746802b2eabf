// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Captured bytes to records. Reads only inside the bytes it is given, does
/// bounded work, allocates nothing. Any thread.
///
/// A header that the kernel's snaplen cut off leaves its fields absent and the
/// record `truncated`; one that cannot be right leaves it `malformed`. What was
/// read before either is kept. There is no error: hostile bytes are an ordinary
/// record.
///
/// Truncated means that the packet holds fields which the record lacks: payload,
/// options and trailers that were cut off do not count. A packet that an ICMP
/// error quotes is short by nature and may be forged; it makes the record
/// truncated only if the snaplen cut it, and never malformed.
///
/// Of several VLAN tags the outer one is vlan_id; ether_type is that of the layer
/// behind them. A MAC address of zeros is none.
#pragma once

#include <cstdint>

#include "core/cursor.hpp"
#include "core/record.hpp"

namespace nflogd::decode {

/// Reads the IP packet that starts at `packet`. `family` is 4, 6 or 0 for
/// "whatever the version nibble says". Ports, flags and the quoted packet of an
/// ICMP error land in `record.packet` and `record.inner`.
void decode_ip(Bytes packet, int family, Record& record);

/// Reads an Ethernet frame: addresses, up to two VLAN tags, then ARP or IP.
void decode_ethernet(Bytes frame, Record& record);

/// Reads the network layer that `ether_type` announces; VLAN tags may come first.
void decode_ether_type(Bytes packet, std::uint16_t ether_type, Record& record);

/// Reads one NFULNL_MSG_PACKET behind its nlmsghdr: nfgenmsg and attributes.
/// Starts from a cleared record. Its time is `received_ns` unless the kernel sent
/// one. Returns false if the message is too short to be one; `record` is then not
/// meaningful. The other functions here add to a record that the caller cleared.
bool decode_nflog_message(Bytes message, std::uint64_t received_ns, Record& record);

/// What a netlink datagram holds beside packets.
struct DatagramInfo {
    bool cut = false;                ///< ended inside a message
    bool acknowledged = false;       ///< held an answer to a request of ours (NLMSG_ERROR)
    std::int32_t ack_errno = 0;      ///< 0 or a positive errno value
    std::uint32_t ack_sequence = 0;  ///< nlmsg_seq of that request
};

/// Walks the messages of one netlink datagram.
class DatagramReader {
public:
    /// `datagram` must outlive the reader.
    DatagramReader(Bytes datagram, std::uint64_t received_ns)
        : rest_(datagram), received_ns_(received_ns) {}

    /// Makes `record` the next packet, from a cleared state; false at the end.
    bool next(Record& record);

    /// The message of that packet, behind its nlmsghdr; a part of the datagram.
    [[nodiscard]] Bytes raw() const { return raw_; }

    /// Complete once next() has returned false.
    [[nodiscard]] const DatagramInfo& info() const { return info_; }

private:
    Cursor rest_;
    Bytes raw_;
    std::uint64_t received_ns_;
    DatagramInfo info_;
};

}  // namespace nflogd::decode
