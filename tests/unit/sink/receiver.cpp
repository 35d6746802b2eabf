// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/receiver.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "catch.hpp"
#include "sink/socket_address.hpp"

namespace nflogd::sink::test {
namespace {

constexpr int kLimitMs = 10'000;

SyslogReceiver loopback(SyslogTransport transport, std::uint16_t port) {
    return {transport, "127.0.0.1", port, {"127.0.0.1"}};
}

Fd bound(const SyslogReceiver& receiver, int type, int buffer = 0) {
    const SocketAddress address = socket_addresses(receiver).at(0);
    Fd made(::socket(address.family(), type | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (buffer > 0) ::setsockopt(made.get(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    REQUIRE(::bind(made.get(), address.get(), address.length) == 0);
    return made;
}

std::uint16_t port_of(const Fd& socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
}

bool readable(const Fd& fd) {
    pollfd slot{fd.get(), POLLIN, 0};
    return ::poll(&slot, 1, kLimitMs) == 1;
}

}  // namespace

DatagramReceiver::DatagramReceiver(std::string path) : path_(std::move(path)) {
    address_ = {SyslogTransport::unix_datagram, path_, 0, {}};
    socket_ = bound(address_, SOCK_DGRAM);
}

DatagramReceiver::DatagramReceiver()
    : socket_(bound(loopback(SyslogTransport::udp, 0), SOCK_DGRAM)),
      address_(loopback(SyslogTransport::udp, port_of(socket_))) {}

DatagramReceiver::~DatagramReceiver() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

std::vector<std::string> DatagramReceiver::take(std::size_t most) const {
    std::vector<std::string> messages;
    std::array<char, 65536> text;
    while (messages.size() < most) {
        const ssize_t got = ::recv(socket_.get(), text.data(), text.size(), MSG_DONTWAIT);
        if (got < 0) break;
        messages.emplace_back(text.data(), static_cast<std::size_t>(got));
    }
    return messages;
}

Fd DatagramReceiver::take_descriptor() const {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    REQUIRE(::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == 0);
    const cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    REQUIRE(rights != nullptr);
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(rights), sizeof descriptor);
    return Fd(descriptor);
}

StreamReceiver::StreamReceiver(int buffer, std::uint16_t port)
    : listening_(bound(loopback(SyslogTransport::tcp, port), SOCK_STREAM, buffer)),
      address_(loopback(SyslogTransport::tcp, port_of(listening_))) {
    REQUIRE(::listen(listening_.get(), 8) == 0);
}

bool StreamReceiver::accept() {
    if (!readable(listening_)) return false;
    connection_.reset(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return static_cast<bool>(connection_);
}

std::string StreamReceiver::take(std::size_t bytes) const {
    std::string text(bytes, '\0');
    if (!readable(connection_)) return {};
    const ssize_t got = ::recv(connection_.get(), text.data(), bytes, 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
}

std::string StreamReceiver::take_all() const {
    std::string text;
    for (std::string part; !(part = take()).empty();) text += part;
    return text;
}

std::string StreamReceiver::take_exactly(std::size_t bytes) const {
    std::string text;
    while (text.size() < bytes) {
        const std::string part = take(bytes - text.size());
        REQUIRE_FALSE(part.empty());
        text += part;
    }
    return text;
}

void StreamReceiver::reset() {
    const linger at_once{1, 0};
    ::setsockopt(connection_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    connection_.reset();
}

void StreamReceiver::say(const std::string& text) const {
    REQUIRE(::send(connection_.get(), text.data(), text.size(), 0) ==
            static_cast<ssize_t>(text.size()));
}

SyslogReceiver nobody() {
    const Fd socket = bound(loopback(SyslogTransport::tcp, 0), SOCK_STREAM);
    return loopback(SyslogTransport::tcp, port_of(socket));
}

std::vector<std::string> read_frames(const std::string& stream, std::string* rest) {
    std::vector<std::string> messages;
    std::size_t at = 0;
    while (at < stream.size()) {
        const std::size_t space = stream.find(' ', at);
        std::size_t length = 0;
        const char* first = stream.data() + at;
        const char* last = stream.data() + std::min(space, stream.size());
        const auto [end, error] = std::from_chars(first, last, length);
        REQUIRE((error == std::errc() && end == last));
        if (space == std::string::npos || space + 1 + length > stream.size()) break;
        messages.push_back(stream.substr(space + 1, length));
        at = space + 1 + length;
    }
    if (rest != nullptr) {
        *rest = stream.substr(at);
    } else {
        REQUIRE(at == stream.size());
    }
    return messages;
}

}  // namespace nflogd::sink::test
