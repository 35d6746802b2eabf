// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// NFULNL_MSG_PACKETs around a packet that has no transport header to read.
#pragma once

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include "describe.hpp"
#include "record_of.hpp"

namespace nflogd::decode {

inline const std::string kGre =
    "ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 proto=gre proto_number=47 length=20 ttl=64 "
    "tos=0 ip_id=1 df=false mf=false fragment_offset=0";

inline Buffer gre() { return ipv4({.proto = 47}, {}); }
inline Buffer payload(const Buffer& packet) { return attribute(NFULA_PAYLOAD, packet); }
inline Buffer hw_type(unsigned type) { return attribute(NFULA_HWTYPE, be16(type)); }
inline Buffer vlan(const Buffer& nested) { return attribute(NFULA_VLAN | NLA_F_NESTED, nested); }
inline Buffer tag_control(unsigned value) { return attribute(NFULA_VLAN_TCI, be16(value)); }

inline std::string of_family(std::uint8_t family, const Buffer& attributes) {
    return describe(record_of_message(nfgen(family) + attributes));
}

/// The envelope of a message of family ip, without its payload's part.
inline std::string with(const Buffer& attributes) {
    auto text = of_family(NFPROTO_IPV4, attributes + payload(gre()));
    for (const std::string& part : {std::string("payload_length=20 "), kGre}) {
        const auto at = text.find(part);
        if (at != std::string::npos) text.erase(at, part.size());
    }
    return text;
}

}  // namespace nflogd::decode
