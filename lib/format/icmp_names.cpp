// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/icmp_names.hpp"

#include <algorithm>
#include <array>

namespace nflogd::format {
namespace {

constexpr int kAny = -1;

struct Row {
    bool v6;
    std::uint8_t type;
    int code;
    std::string_view name;
};

/// Special codes stand before their type's general name.
constexpr std::array kRows = {
    Row{false, 0, kAny, "echo-reply"},
    Row{false, 3, 0, "network-unreachable"},
    Row{false, 3, 1, "host-unreachable"},
    Row{false, 3, 2, "protocol-unreachable"},
    Row{false, 3, 3, "port-unreachable"},
    Row{false, 3, 4, "fragmentation-needed"},
    Row{false, 3, 13, "admin-prohibited"},
    Row{false, 3, kAny, "destination-unreachable"},
    Row{false, 5, kAny, "redirect"},
    Row{false, 8, kAny, "echo-request"},
    Row{false, 9, kAny, "router-advertisement"},
    Row{false, 10, kAny, "router-solicitation"},
    Row{false, 11, 0, "ttl-exceeded"},
    Row{false, 11, 1, "reassembly-timeout"},
    Row{false, 12, kAny, "parameter-problem"},
    Row{false, 13, kAny, "timestamp-request"},
    Row{false, 14, kAny, "timestamp-reply"},
    Row{true, 1, 0, "no-route"},
    Row{true, 1, 1, "admin-prohibited"},
    Row{true, 1, 3, "address-unreachable"},
    Row{true, 1, 4, "port-unreachable"},
    Row{true, 1, kAny, "destination-unreachable"},
    Row{true, 2, kAny, "packet-too-big"},
    Row{true, 3, 0, "hop-limit-exceeded"},
    Row{true, 3, 1, "reassembly-timeout"},
    Row{true, 4, kAny, "parameter-problem"},
    Row{true, 128, kAny, "echo-request"},
    Row{true, 129, kAny, "echo-reply"},
    Row{true, 130, kAny, "mld-query"},
    Row{true, 131, kAny, "mld-report"},
    Row{true, 132, kAny, "mld-done"},
    Row{true, 133, kAny, "router-solicitation"},
    Row{true, 134, kAny, "router-advertisement"},
    Row{true, 135, kAny, "neighbour-solicitation"},
    Row{true, 136, kAny, "neighbour-advertisement"},
    Row{true, 137, kAny, "redirect"},
    Row{true, 143, kAny, "mldv2-report"},
};

}  // namespace

std::string_view icmp_name(bool v6, std::uint8_t type, std::uint8_t code) {
    const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& candidate) {
        return candidate.v6 == v6 && candidate.type == type &&
               (candidate.code == kAny || candidate.code == code);
    });
    return row == kRows.end() ? std::string_view{} : row->name;
}

}  // namespace nflogd::format
