// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The hook numbers of NFULA_PACKET_HDR, which mean nothing without the family:
/// include/uapi/linux/netfilter.h, netfilter_arp.h, netfilter_bridge.h.
#pragma once

#include <linux/netfilter.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/record.hpp"

namespace nflogd::decode {

/// Ingress of an inet table is logged as family ip or ip6 with number 5.
inline constexpr std::array kInetHooks = {Hook::prerouting, Hook::input,       Hook::forward,
                                          Hook::output,     Hook::postrouting, Hook::ingress};
/// Number 5 of the bridge family is brouting, which this record has no word for.
inline constexpr std::array kBridgeHooks = {Hook::prerouting, Hook::input, Hook::forward,
                                            Hook::output, Hook::postrouting};
inline constexpr std::array kArpHooks = {Hook::input, Hook::output, Hook::forward};
inline constexpr std::array kNetdevHooks = {Hook::ingress, Hook::egress};

[[nodiscard]] inline std::span<const Hook> hooks_of(std::uint8_t family) {
    switch (family) {
        case NFPROTO_INET:
        case NFPROTO_IPV4:
        case NFPROTO_IPV6: return kInetHooks;
        case NFPROTO_BRIDGE: return kBridgeHooks;
        case NFPROTO_ARP: return kArpHooks;
        case NFPROTO_NETDEV: return kNetdevHooks;
        default: return {};
    }
}

/// Nothing for a number that the family does not have.
[[nodiscard]] inline std::optional<Hook> hook_of(std::uint8_t family, std::uint8_t number) {
    const auto hooks = hooks_of(family);
    if (number >= hooks.size()) return std::nullopt;
    return hooks[number];
}

}  // namespace nflogd::decode
