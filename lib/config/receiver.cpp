// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/receiver.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

#include "config/quantity.hpp"
#include "config/text.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

constexpr std::size_t kLongestLabel = 63;  // RFC 1035, 2.3.4
constexpr std::size_t kLongestName = 253;  // likewise, as text
constexpr Range kPort{1, 65535};
constexpr std::string_view kForms =
    "must be unix:PATH, udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT, an IPv6 address in "
    "brackets, is ";

constexpr std::pair<std::string_view, SyslogTransport> kSchemes[] = {
    {"udp://", SyslogTransport::udp},
    {"tcp://", SyslogTransport::tcp},
    {"tls://", SyslogTransport::tls}};

Error bad(std::string message) { return {std::move(message), EX_CONFIG}; }

bool is_address(int family, const std::string& text) {
    in6_addr address{};
    return ::inet_pton(family, text.c_str(), &address) == 1;
}

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
               return is_letter_or_digit(c) || c == '-' || c == '_';
           });
}

/// Of RFC 1123, 2.1, and with the underscores that are about. A last label of
/// digits only would be an address that was mistyped.
bool is_host_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > kLongestName) return false;
    while (true) {
        const std::size_t dot = name.find('.');
        const std::string_view label = name.substr(0, dot);
        if (!is_label(label)) return false;
        if (dot == std::string_view::npos) {
            return label.find_first_not_of("0123456789") != std::string_view::npos;
        }
        name.remove_prefix(dot + 1);
    }
}

struct HostPort {
    std::string_view host;
    std::string_view port;
    bool brackets = false;
};

/// Empty parts where there are none.
HostPort split(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return {text, {}};
    HostPort parts{text.substr(0, colon), text.substr(colon + 1)};
    parts.brackets = parts.host.starts_with('[') && parts.host.ends_with(']');
    if (parts.brackets) parts.host = parts.host.substr(1, parts.host.size() - 2);
    return parts;
}

Result<SyslogReceiver> parse_network(std::string_view rest, SyslogReceiver receiver,
                                     std::string_view text) {
    const HostPort parts = split(rest);
    receiver.host = parts.host;
    const bool address = is_address(parts.brackets ? AF_INET6 : AF_INET, receiver.host);
    if (!address && (parts.brackets || !is_host_name(parts.host))) {
        return bad(std::string(kForms) + quote(text));
    }
    const auto port = parse_integer(parts.port, kPort);
    if (!port) return bad("port " + port.error().message);
    receiver.port = static_cast<std::uint16_t>(*port);
    if (address) receiver.addresses = {receiver.host};
    return receiver;
}

}  // namespace

Result<SyslogReceiver> parse_receiver(std::string_view text) {
    constexpr std::string_view kUnix = "unix:";
    SyslogReceiver receiver;
    if (text.starts_with(kUnix)) {
        auto path = parse_socket_path(text.substr(kUnix.size()));
        if (!path) return path.error();
        receiver.host = std::move(*path);
        return receiver;
    }
    for (const auto& [scheme, transport] : kSchemes) {
        if (!text.starts_with(scheme)) continue;
        receiver.transport = transport;
        return parse_network(text.substr(scheme.size()), std::move(receiver), text);
    }
    return bad(std::string(kForms) + quote(text));
}

Result<std::string> parse_server_name(std::string_view text) {
    std::string host(text);
    if (is_address(AF_INET, host) || is_address(AF_INET6, host) || is_host_name(text)) return host;
    return bad("must be a host name or an address, is " + quote(text));
}

}  // namespace nflogd::config
