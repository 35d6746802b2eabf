// SPDX-License-Identifier: GPL-2.0-or-later
//
// The mapping `metrics`.
#include <arpa/inet.h>

#include "config/quantity.hpp"
#include "config/sections.hpp"
#include "config/text.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

constexpr std::uint64_t kSecond = 1000;
constexpr Range kInterval{kSecond, 3600 * kSecond};
constexpr Range kPort{1, 65535};
constexpr std::string_view kUnix = "unix:";

bool is_loopback(const std::string& address) {
    in_addr v4{};
    in6_addr v6{};
    if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    return ::inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/// unix:PATH, or ADDRESS:PORT of the loopback interface; IPv6 in brackets.
Result<MetricsAddress> parse_metrics_address(std::string_view text) {
    MetricsAddress address;
    if (text.starts_with(kUnix)) {
        auto path = parse_socket_path(text.substr(kUnix.size()));
        if (!path) return path.error();
        address.path = std::move(*path);
        return address;
    }
    const std::size_t colon = text.rfind(':');
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    address.host = host;
    if (colon == std::string_view::npos || !is_loopback(address.host)) {
        return Error{
            "must be unix:PATH, or an address of this machine only, as 127.0.0.1:9477 or "
            "[::1]:9477, is " +
            quote(text)};
    }
    const auto port = parse_integer(text.substr(colon + 1), kPort);
    if (!port) return port.error().wrap("port");
    address.port = static_cast<std::uint16_t>(*port);
    return address;
}

constexpr Key<Metrics> kKeys[] = {
    {"listen", [](const TreeNode& node, Metrics& metrics,
                  Reader& reader) { reader.value(node, metrics.listen, parse_metrics_address); }},
    {"textfile", [](const TreeNode& node, Metrics& metrics,
                    Reader& reader) { reader.value(node, metrics.textfile, parse_path); }},
    {"interval",
     [](const TreeNode& node, Metrics& metrics, Reader& reader) {
         reader.duration(node, metrics.interval, kInterval, kSecond);
     }},
};

}  // namespace

void read_metrics(const TreeNode& mapping, Draft& draft, Reader& reader) {
    reader.mapping<Metrics>(mapping, kKeys, draft.config.metrics);
}

void list_metrics_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<Metrics>(kKeys, prefix, out);
}

}  // namespace nflogd::config
