// SPDX-License-Identifier: GPL-2.0-or-later
// The envelope of a packet: net/netfilter/nfnetlink_log.c, __build_packet_message().
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <net/if_arp.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "core/nflog_attributes.hpp"
#include "decode/decode.hpp"
#include "decode/ethernet.hpp"
#include "decode/header_bytes.hpp"
#include "decode/hooks.hpp"

namespace nflogd::decode {
namespace {

/// NFULA_MARK and its like: 32 bits in network order.
template <nfulnl_attr_type Type, Field Present, std::uint32_t Record::*Member>
void read_integer(const PacketAttributes& attributes, Record& record) {
    if (!attributes.has(Type)) return;
    record.*Member = HeaderBytes<4>(attributes[Type]).be32<0>();
    record.set(Present);
}

void read_integers(const PacketAttributes& attributes, Record& record) {
    read_integer<NFULA_MARK, Field::mark, &Record::mark>(attributes, record);
    read_integer<NFULA_UID, Field::uid, &Record::uid>(attributes, record);
    read_integer<NFULA_GID, Field::gid, &Record::gid>(attributes, record);
    read_integer<NFULA_SEQ, Field::seq, &Record::seq>(attributes, record);
}

/// Its name is for a later stage to find.
template <nfulnl_attr_type Type, Field Present, Interface Record::*Member>
void read_interface(const PacketAttributes& attributes, Record& record) {
    if (!attributes.has(Type)) return;
    const auto index = HeaderBytes<4>(attributes[Type]).be32<0>();
    if (index == 0) return;
    record.*Member = {index, {}};
    record.set(Present);
}

void read_interfaces(const PacketAttributes& attributes, Record& record) {
    read_interface<NFULA_IFINDEX_INDEV, Field::in_iface, &Record::in_iface>(attributes, record);
    read_interface<NFULA_IFINDEX_OUTDEV, Field::out_iface, &Record::out_iface>(attributes, record);
    read_interface<NFULA_IFINDEX_PHYSINDEV, Field::phys_in, &Record::phys_in>(attributes, record);
    read_interface<NFULA_IFINDEX_PHYSOUTDEV, Field::phys_out, &Record::phys_out>(attributes,
                                                                                 record);
}

/// The kernel's time, unless it is none or could not be held.
std::optional<std::uint64_t> kernel_time(const PacketAttributes& attributes) {
    constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
    constexpr std::uint64_t kUsPerSecond = 1'000'000;
    constexpr std::uint64_t kMaxSeconds = std::numeric_limits<std::uint64_t>::max() / kNsPerSecond;
    if (!attributes.has(NFULA_TIMESTAMP)) return std::nullopt;
    const HeaderBytes<16> value(attributes[NFULA_TIMESTAMP]);
    const std::uint64_t seconds = std::uint64_t{value.be32<0>()} << 32 | value.be32<4>();
    const std::uint64_t us = std::uint64_t{value.be32<8>()} << 32 | value.be32<12>();
    if (seconds >= kMaxSeconds || us >= kUsPerSecond || seconds + us == 0) return std::nullopt;
    return seconds * kNsPerSecond + us * 1000;
}

/// Up to its NUL, without the spaces that people put behind a prefix.
void read_prefix(const PacketAttributes& attributes, Record& record) {
    const Bytes value = attributes[NFULA_PREFIX];
    const auto room = value.first(std::min(value.size(), Record::kMaxPrefix));
    auto size = static_cast<std::size_t>(std::find(room.begin(), room.end(), 0) - room.begin());
    while (size > 0 && room[size - 1] == ' ') --size;
    if (size == 0) return;
    std::memcpy(record.prefix.data(), room.data(), size);
    record.prefix_length = static_cast<std::uint8_t>(size);
    record.set(Field::prefix);
}

/// A tag that the network card or the kernel took out of the frame: the outer one.
void read_vlan(const PacketAttributes& attributes, Record& record) {
    if (!attributes.has(NFULA_VLAN)) return;
    const VlanAttributes vlan(attributes[NFULA_VLAN]);
    if (vlan.broken()) record.set_malformed(Malformed::attribute);
    if (vlan.has(NFULA_VLAN_TCI)) set_vlan(HeaderBytes<2>(vlan[NFULA_VLAN_TCI]).be16<0>(), record);
}

/// The source address alone, of links that say so in a way of their own.
void read_hardware_address(const PacketAttributes& attributes, Record& record) {
    if (record.has(Field::src_mac) || !attributes.has(NFULA_HWADDR)) return;
    const Bytes value = attributes[NFULA_HWADDR];
    if (HeaderBytes<2>(value).be16<0>() != sizeof(MacAddress)) return;
    set_mac(Field::src_mac, &Record::src_mac,
            value.data() + offsetof(nfulnl_msg_packet_hw, hw_addr), record);
}

/// Whether a link-layer header of unknown kind is an Ethernet one: then it names
/// the protocol that the kernel names.
bool is_ethernet_header(Bytes header, std::uint16_t hw_protocol) {
    return header.size() >= kEthernetHeaderSize && ethernet_type(header) == hw_protocol;
}

/// NFULA_HWHEADER is there with an input device, which tells its kind;
/// NFULA_L2HDR in the bridge and netdev families.
void read_link_layer(const PacketAttributes& attributes, std::uint16_t hw_protocol,
                     Record& record) {
    read_vlan(attributes, record);
    const bool ethernet = attributes.has(NFULA_HWTYPE) &&
                          HeaderBytes<2>(attributes[NFULA_HWTYPE]).be16<0>() == ARPHRD_ETHER;
    if (ethernet && attributes.has(NFULA_HWHEADER)) {
        read_ethernet_header(attributes[NFULA_HWHEADER], record);
    } else if (ethernet || is_ethernet_header(attributes[NFULA_L2HDR], hw_protocol)) {
        read_ethernet_header(attributes[NFULA_L2HDR], record);
    }
    read_hardware_address(attributes, record);
}

bool starts_with_ip(Bytes payload, std::uint16_t hw_protocol) {
    const int version = payload.empty() ? 0 : payload[0] >> 4;
    return (version == 4 && hw_protocol == ETH_P_IP) || (version == 6 && hw_protocol == ETH_P_IPV6);
}

/// At egress the payload starts with the link-layer header, where the device has
/// one: NFULA_L2HDR holds the same bytes, and is missing for tun and the like.
void decode_egress(const PacketAttributes& attributes, std::uint16_t hw_protocol, Record& record) {
    const Bytes payload = attributes[NFULA_PAYLOAD];
    const Bytes link = attributes[NFULA_L2HDR];
    const bool ethernet = attributes.has(NFULA_L2HDR) ? is_ethernet_header(link, hw_protocol)
                                                      : !starts_with_ip(payload, hw_protocol);
    if (ethernet) return decode_ethernet(payload, record);
    decode_ether_type(payload.subspan(std::min(link.size(), payload.size())), hw_protocol, record);
}

/// hw_protocol decides where the hook sees frames of all kinds; elsewhere the
/// family does, and an output packet may not have one yet.
void decode_payload(const PacketAttributes& attributes, std::uint8_t family,
                    std::uint16_t hw_protocol, Record& record) {
    const Bytes payload = attributes[NFULA_PAYLOAD];
    switch (family) {
        case NFPROTO_IPV4: return decode_ip(payload, 4, record);
        case NFPROTO_IPV6: return decode_ip(payload, 6, record);
        case NFPROTO_INET: return decode_ip(payload, 0, record);
        case NFPROTO_NETDEV:
            if (record.has(Field::hook) && record.hook == Hook::egress) {
                return decode_egress(attributes, hw_protocol, record);
            }
            [[fallthrough]];
        case NFPROTO_ARP:
        case NFPROTO_BRIDGE: return decode_ether_type(payload, hw_protocol, record);
        default: return;
    }
}

void read_payload(const PacketAttributes& attributes, std::uint8_t family,
                  std::uint16_t hw_protocol, Record& record) {
    if (attributes.has(NFULA_PAYLOAD)) {
        record.payload_length = static_cast<std::uint32_t>(attributes[NFULA_PAYLOAD].size());
        record.set(Field::payload_length);
        decode_payload(attributes, family, hw_protocol, record);
    } else if (!attributes.broken()) {
        record.set_truncated();  // a snaplen of 0
    }
}

/// Sets the hook and returns hw_protocol, 0 if the attribute is missing.
std::uint16_t read_packet_header(const PacketAttributes& attributes, std::uint8_t family,
                                 Record& record) {
    if (!attributes.has(NFULA_PACKET_HDR)) return 0;
    const HeaderBytes<3> header(attributes[NFULA_PACKET_HDR]);
    if (const auto hook = hook_of(family, header.u8<2>())) {
        record.hook = *hook;
        record.set(Field::hook);
    }
    return header.be16<0>();
}

}  // namespace

bool decode_nflog_message(Bytes message, std::uint64_t received_ns, Record& record) {
    if (message.size() < sizeof(nfgenmsg)) return false;
    const HeaderBytes<sizeof(nfgenmsg)> header(message);
    const PacketAttributes attributes(message.subspan(sizeof(nfgenmsg)));
    const auto family = header.u8<0>();

    record.clear();
    record.timestamp_ns = kernel_time(attributes).value_or(received_ns);
    record.set(Field::timestamp);
    record.group = header.be16<2>();
    record.set(Field::group);
    if (attributes.broken()) record.set_malformed(Malformed::attribute);
    read_integers(attributes, record);
    read_interfaces(attributes, record);
    read_prefix(attributes, record);
    const auto hw_protocol = read_packet_header(attributes, family, record);
    read_link_layer(attributes, hw_protocol, record);
    read_payload(attributes, family, hw_protocol, record);
    return true;
}

}  // namespace nflogd::decode
