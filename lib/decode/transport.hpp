// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What follows the IP header.
#pragma once

#include <cstdint>

#include "decode/reading.hpp"

namespace nflogd::decode {

/// Reads the header of IP protocol `number` if it is one with fields. `part` is
/// the first fragment or the whole of the packet, behind the IP header.
void read_transport(std::uint8_t number, const Part& part, Reading& reading);

/// RFC 792 and RFC 4443. Leaves the packet that an error quotes in `reading.quote`.
void read_icmp(const Part& part, Reading& reading);
void read_icmpv6(const Part& part, Reading& reading);

/// RFC 4302; the same header in both versions of IP. False if its length cannot be.
bool read_authentication(const Part& part, Reading& reading);

/// Whole size in bytes of an authentication header with this length octet.
[[nodiscard]] constexpr std::uint32_t authentication_header_size(std::uint8_t length_octet) {
    return (length_octet + 2U) * 4;
}

}  // namespace nflogd::decode
