// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The families of nf_tables as nft calls them.
#pragma once

#include <linux/netfilter.h>

#include <cstdint>
#include <string>

namespace nflogd::rules {

[[nodiscard]] inline std::string family_name(std::uint8_t family) {
    switch (family) {
        case NFPROTO_INET: return "inet";
        case NFPROTO_IPV4: return "ip";
        case NFPROTO_IPV6: return "ip6";
        case NFPROTO_BRIDGE: return "bridge";
        case NFPROTO_NETDEV: return "netdev";
        case NFPROTO_ARP: return "arp";
        default: return std::to_string(family);
    }
}

}  // namespace nflogd::rules
