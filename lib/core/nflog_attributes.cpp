// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/nflog_attributes.hpp"

namespace nflogd {
namespace {

/// Bytes that a value must have, by type (include/uapi/linux/netfilter/nfnetlink_log.h).
/// A type that is not named may be empty.
constexpr auto kPacketSizes = [] {
    std::array<std::uint8_t, NFULA_MAX + 1> sizes{};
    sizes[NFULA_PACKET_HDR] = sizeof(nfulnl_msg_packet_hdr);
    sizes[NFULA_TIMESTAMP] = sizeof(nfulnl_msg_packet_timestamp);
    sizes[NFULA_HWADDR] = sizeof(nfulnl_msg_packet_hw);
    sizes[NFULA_HWTYPE] = sizeof(std::uint16_t);
    for (const auto type :
         {NFULA_MARK, NFULA_IFINDEX_INDEV, NFULA_IFINDEX_OUTDEV, NFULA_IFINDEX_PHYSINDEV,
          NFULA_IFINDEX_PHYSOUTDEV, NFULA_UID, NFULA_GID, NFULA_SEQ}) {
        sizes[type] = sizeof(std::uint32_t);
    }
    return sizes;
}();

constexpr std::array<std::uint8_t, NFULA_VLAN_TCI + 1> kVlanSizes = {
    0,
    sizeof(std::uint16_t),  // NFULA_VLAN_PROTO
    sizeof(std::uint16_t),  // NFULA_VLAN_TCI
};

}  // namespace

PacketAttributes::PacketAttributes(Bytes attributes) : AttributeSet(attributes, kPacketSizes) {}

VlanAttributes::VlanAttributes(Bytes attributes) : AttributeSet(attributes, kVlanSizes) {}

}  // namespace nflogd
