// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Addresses as numbers, from packets and from text.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.hpp"
#include "filter/program.hpp"

namespace nflogd::filter {

/// Of that many bytes in network order.
inline std::uint64_t big_endian(const std::uint8_t* bytes, unsigned count) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i) value = value << 8 | bytes[i];
    return value;
}

/// All left-aligned, so that a prefix is a range.
inline Address ipv4_address(const std::uint8_t* bytes) {
    return {4, big_endian(bytes, 4) << 32, 0};
}
inline Address ipv6_address(const std::uint8_t* bytes) {
    return {6, big_endian(bytes, 8), big_endian(bytes + 8, 8)};
}
inline Address mac_address(const std::uint8_t* bytes) {
    return {Address::kMac, big_endian(bytes, 6) << 16, 0};
}

/// "192.0.2.7", "2001:db8::/32", "192.0.2.1-192.0.2.9". Bits behind a prefix are an
/// error.
[[nodiscard]] Result<Range<Address>> parse_ip(std::string_view text);

/// "02:00:00:00:00:01", "02:00:5e:00:00:00/24", or a range of them.
[[nodiscard]] Result<Range<Address>> parse_mac(std::string_view text);

}  // namespace nflogd::filter
