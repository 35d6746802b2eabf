// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/network.hpp"

#include <algorithm>
#include <cstring>

namespace nflogd {
namespace {

/// By Direction.
constexpr std::array<std::string_view, 4> kDirections = {"inbound", "outbound", "internal",
                                                         "external"};

bool is_inside(const IpAddress& address, std::uint8_t version, std::span<const Network> networks) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network& network) { return network.contains(address, version); });
}

}  // namespace

bool Network::contains(const IpAddress& address, std::uint8_t version) const {
    if (version != ip_version) return false;
    const std::size_t whole = length / 8U;
    if (std::memcmp(address.bytes.data(), bytes.data(), whole) != 0) return false;
    const unsigned rest = length % 8U;
    if (rest == 0) return true;
    return ((address.bytes[whole] ^ bytes[whole]) >> (8U - rest)) == 0;
}

std::optional<Direction> direction_of(const Headers& headers, std::span<const Network> internal) {
    if (internal.empty() || !headers.has(HeaderField::src_ip) ||
        !headers.has(HeaderField::dest_ip)) {
        return std::nullopt;
    }
    const bool from = is_inside(headers.src_ip, headers.ip_version, internal);
    const bool to = is_inside(headers.dest_ip, headers.ip_version, internal);
    if (from) return to ? Direction::internal : Direction::outbound;
    return to ? Direction::inbound : Direction::external;
}

std::string_view direction_name(Direction direction) {
    return kDirections[static_cast<std::size_t>(direction)];
}

}  // namespace nflogd
