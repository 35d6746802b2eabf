// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace nflogd::control {
namespace {

constexpr int kBacklog = 16;

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

Address address_of(const std::string& text, std::uint16_t port) {
    Address address;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        address.length = sizeof *v4;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        address.length = sizeof *v6;
    }
    return address;
}

}  // namespace

Result<Fd> listen_on_loopback(const std::string& address, std::uint16_t port) {
    const std::string what = "listening on " + address + " port " + std::to_string(port);
    const Address bound = address_of(address, port);
    Fd fd(::socket(bound.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return system_error(errno, what, EX_UNAVAILABLE);
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto* raw = reinterpret_cast<const sockaddr*>(&bound.storage);
    if (::bind(fd.get(), raw, bound.length) != 0 || ::listen(fd.get(), kBacklog) != 0) {
        return system_error(errno, what, EX_UNAVAILABLE);
    }
    return fd;
}

}  // namespace nflogd::control
