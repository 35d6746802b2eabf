// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <optional>
#include <type_traits>

namespace nflogd::sink {
namespace {

template <typename Sockaddr>
SocketAddress pack(const Sockaddr& address) {
    SocketAddress out{};
    static_assert(sizeof address <= sizeof out.storage);
    std::memcpy(&out.storage, &address, sizeof address);
    out.length = sizeof address;
    return out;
}

std::optional<SocketAddress> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.data(), path.size());
    return pack(address);
}

std::optional<SocketAddress> inet_address(const std::string& text, std::uint16_t port) {
    sockaddr_in ipv4{};
    if (::inet_pton(AF_INET, text.c_str(), &ipv4.sin_addr) == 1) {
        ipv4.sin_family = AF_INET;
        ipv4.sin_port = htons(port);
        return pack(ipv4);
    }
    sockaddr_in6 ipv6{};
    if (::inet_pton(AF_INET6, text.c_str(), &ipv6.sin6_addr) != 1) return std::nullopt;
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    return pack(ipv6);
}

}  // namespace

std::vector<SocketAddress> socket_addresses(const SyslogReceiver& receiver) {
    std::vector<SocketAddress> out;
    const auto add = [&out](const std::optional<SocketAddress>& address) {
        if (address) out.push_back(*address);
    };
    if (receiver.transport == SyslogTransport::unix_datagram) {
        add(unix_address(receiver.host));
    } else {
        for (const std::string& text : receiver.addresses) add(inet_address(text, receiver.port));
    }
    return out;
}

}  // namespace nflogd::sink
