// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// IEEE 802.3 and 802.1Q link layers.
#pragma once

#include <cstdint>

#include "core/cursor.hpp"
#include "core/record.hpp"

namespace nflogd::decode {

inline constexpr std::size_t kEthernetHeaderSize = 14;

/// The type (or 802.3 length) of an Ethernet header of full size.
[[nodiscard]] std::uint16_t ethernet_type(Bytes header);

/// Reads a link-layer header that came apart from its packet: addresses, type
/// and the tags that are in it. Nothing of a shorter one.
void read_ethernet_header(Bytes header, Record& record);

/// Sets the address unless it is all zero: loopback has those, Ethernet does not.
void set_mac(Field field, MacAddress Record::*member, const std::uint8_t* address, Record& record);

/// Sets the tag's VLAN unless an outer tag was there already.
void set_vlan(std::uint16_t tag_control, Record& record);

}  // namespace nflogd::decode
