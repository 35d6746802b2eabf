// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The network layer: RFC 791 (IPv4), RFC 8200 and 2675 (IPv6).
#pragma once

#include <cstdint>

#include "decode/reading.hpp"

namespace nflogd::decode {

/// Reads the packet down to its transport header. `family` as in decode_ip().
void read_ip(Part packet, int family, Reading& reading);

/// Each expects the version nibble to be its own, so at least one byte.
void read_ipv4(Part packet, Reading& reading);
void read_ipv6(Part packet, Reading& reading);

/// Follows the chain of extension headers to the transport header. `rest` is
/// what follows the fixed header, `next` its kind.
void read_ipv6_extensions(std::uint8_t next, Part rest, Reading& reading);

}  // namespace nflogd::decode
