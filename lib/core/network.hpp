// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Address prefixes that the operator calls his own, and what they say about a packet.
/// Plain data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/record.hpp"

namespace nflogd {

struct Network {
    std::uint8_t ip_version = 4;  ///< 4 or 6
    std::uint8_t length = 0;      ///< bits, at most 32 or 128
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] bool contains(const IpAddress& address, std::uint8_t version) const;
    bool operator==(const Network&) const = default;
};

/// Which way a packet crosses the border of the internal networks.
enum class Direction : std::uint8_t {
    inbound,   ///< from outside to inside
    outbound,  ///< from inside to outside
    internal,  ///< both ends are inside
    external,  ///< neither is
};

/// Nothing where an address is absent or no network is known.
[[nodiscard]] std::optional<Direction> direction_of(const Headers& headers,
                                                    std::span<const Network> internal);

/// "inbound", "outbound", "internal", "external".
[[nodiscard]] std::string_view direction_name(Direction direction);

}  // namespace nflogd
