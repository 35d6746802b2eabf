// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/ethernet.hpp"

#include <linux/if_ether.h>

#include "decode/arp.hpp"
#include "decode/decode.hpp"

namespace nflogd::decode {
namespace {

constexpr int kMaxTags = 2;
constexpr std::uint16_t kVlanMask = 0x0fff;

bool is_tag(std::uint16_t type) { return type == ETH_P_8021Q || type == ETH_P_8021AD; }

/// A smaller value is an 802.3 length, or in NFULA_PACKET_HDR a number that the
/// kernel gives to frames that have no type.
void set_ether_type(std::uint16_t type, Record& record) {
    if (type < ETH_P_802_3_MIN) return;
    record.ether_type = type;
    record.set(Field::ether_type);
}

/// Steps over the tags that `type` announces and makes it that of the layer
/// behind them. False if a tag is cut.
bool read_tags(Cursor& rest, std::uint16_t& type, Record& record) {
    set_ether_type(type, record);
    for (int tag = 0; tag < kMaxTags && is_tag(type); ++tag) {
        std::uint16_t tag_control = 0;
        if (!rest.be16(tag_control)) return false;
        set_vlan(tag_control, record);
        if (!rest.be16(type)) return false;
        set_ether_type(type, record);
    }
    return true;
}

/// Fewer addresses if the header is cut.
bool read_addresses(Cursor& rest, Record& record) {
    Bytes address;
    if (!rest.take(sizeof(MacAddress), address)) return false;
    set_mac(Field::dest_mac, &Record::dest_mac, address.data(), record);
    if (!rest.take(sizeof(MacAddress), address)) return false;
    set_mac(Field::src_mac, &Record::src_mac, address.data(), record);
    return true;
}

void decode_network_layer(Bytes packet, std::uint16_t type, Record& record) {
    switch (type) {
        case ETH_P_IP: return decode_ip(packet, 4, record);
        case ETH_P_IPV6: return decode_ip(packet, 6, record);
        case ETH_P_ARP: return decode_arp(packet, record);
        default: return;
    }
}

}  // namespace

std::uint16_t ethernet_type(Bytes header) {
    return static_cast<std::uint16_t>(header[12] << 8 | header[13]);
}

void set_mac(Field field, MacAddress Record::*member, const std::uint8_t* address, Record& record) {
    constexpr MacAddress kNone{};
    if (std::memcmp(address, kNone.data(), kNone.size()) == 0) return;
    std::memcpy((record.*member).data(), address, sizeof(MacAddress));
    record.set(field);
}

void set_vlan(std::uint16_t tag_control, Record& record) {
    if (record.has(Field::vlan_id)) return;
    record.vlan_id = tag_control & kVlanMask;
    record.set(Field::vlan_id);
}

void read_ethernet_header(Bytes header, Record& record) {
    Cursor rest(header);
    std::uint16_t type = 0;
    if (header.size() < kEthernetHeaderSize) return;
    read_addresses(rest, record);
    rest.be16(type);
    read_tags(rest, type, record);
}

void decode_ether_type(Bytes packet, std::uint16_t ether_type, Record& record) {
    Cursor rest(packet);
    if (!read_tags(rest, ether_type, record)) return record.set_truncated();
    decode_network_layer(rest.rest(), ether_type, record);
}

void decode_ethernet(Bytes frame, Record& record) {
    Cursor rest(frame);
    std::uint16_t type = 0;
    if (!read_addresses(rest, record) || !rest.be16(type)) return record.set_truncated();
    decode_ether_type(rest.rest(), type, record);
}

}  // namespace nflogd::decode
