// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/flow.hpp"

#include "core/names.hpp"

namespace nflogd::format {

// https://www.iana.org/assignments/protocol-numbers
std::string_view iana_protocol(std::uint8_t number) {
    switch (number) {
        case 4: return "ipv4";
        case 58: return "ipv6-icmp";
        case 89: return "ospfigp";
        case 137: return "mpls-in-ip";
        default: return protocol_name(number);
    }
}

}  // namespace nflogd::format
