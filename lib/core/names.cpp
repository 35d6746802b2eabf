// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/names.hpp"

#include <array>

namespace nflogd {
namespace {

struct ProtocolRow {
    std::uint8_t number;
    std::string_view name;
};

/// https://www.iana.org/assignments/protocol-numbers, those a router meets.
constexpr std::array kProtocols = {
    ProtocolRow{0, "hopopt"},    ProtocolRow{1, "icmp"},   ProtocolRow{2, "igmp"},
    ProtocolRow{4, "ipip"},      ProtocolRow{6, "tcp"},    ProtocolRow{17, "udp"},
    ProtocolRow{33, "dccp"},     ProtocolRow{41, "ipv6"},  ProtocolRow{46, "rsvp"},
    ProtocolRow{47, "gre"},      ProtocolRow{50, "esp"},   ProtocolRow{51, "ah"},
    ProtocolRow{58, "icmpv6"},   ProtocolRow{88, "eigrp"}, ProtocolRow{89, "ospf"},
    ProtocolRow{97, "etherip"},  ProtocolRow{103, "pim"},  ProtocolRow{108, "ipcomp"},
    ProtocolRow{112, "vrrp"},    ProtocolRow{115, "l2tp"}, ProtocolRow{132, "sctp"},
    ProtocolRow{136, "udplite"}, ProtocolRow{137, "mpls"}, ProtocolRow{143, "ethernet"},
};

constexpr auto kProtocolNames = [] {
    std::array<std::string_view, 256> names{};
    for (const auto& row : kProtocols) names[row.number] = row.name;
    return names;
}();

/// Indexed by Hook.
constexpr std::array<std::string_view, 7> kHookNames = {
    "prerouting", "input", "forward", "output", "postrouting", "ingress", "egress",
};

/// Indexed by Malformed.
constexpr std::array<std::string_view, 13> kMalformedTexts = {
    "netlink attribute too short",
    "wrong IP version",
    "IPv4 header length below 20",
    "IPv4 total length shorter than its header",
    "IPv6 payload length 0",
    "too many IPv6 extension headers",
    "IPv6 fragment header twice",
    "TCP data offset below 20",
    "TCP header longer than its IP packet",
    "UDP length impossible",
    "transport header longer than its IP packet",
    "AH length below 12",
    "ARP for addresses that are not Ethernet and IPv4",
};

constexpr std::array kTcpFlagNames = {
    TcpFlagName{kTcpSyn, "SYN"}, TcpFlagName{kTcpAck, "ACK"}, TcpFlagName{kTcpFin, "FIN"},
    TcpFlagName{kTcpRst, "RST"}, TcpFlagName{kTcpPsh, "PSH"}, TcpFlagName{kTcpUrg, "URG"},
    TcpFlagName{kTcpEce, "ECE"}, TcpFlagName{kTcpCwr, "CWR"}, TcpFlagName{kTcpAe, "AE"},
};

}  // namespace

std::string_view protocol_name(std::uint8_t number) { return kProtocolNames[number]; }

std::optional<std::uint8_t> protocol_number(std::string_view name) {
    for (const auto& row : kProtocols) {
        if (row.name == name) return row.number;
    }
    return std::nullopt;
}

std::string_view hook_name(Hook hook) { return kHookNames[static_cast<std::size_t>(hook)]; }

std::optional<Hook> hook_by_name(std::string_view name) {
    for (std::size_t i = 0; i < kHookNames.size(); ++i) {
        if (kHookNames[i] == name) return static_cast<Hook>(i);
    }
    return std::nullopt;
}

std::string_view malformed_text(Malformed reason) {
    return kMalformedTexts[static_cast<std::size_t>(reason)];
}

std::optional<Malformed> malformed_by_text(std::string_view text) {
    for (std::size_t i = 0; i < kMalformedTexts.size(); ++i) {
        if (kMalformedTexts[i] == text) return static_cast<Malformed>(i);
    }
    return std::nullopt;
}

std::span<const TcpFlagName> tcp_flag_names() { return kTcpFlagNames; }

}  // namespace nflogd
