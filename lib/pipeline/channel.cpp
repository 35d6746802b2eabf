// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

namespace nflogd::pipeline {
namespace {

constexpr std::size_t kMaxText = 8192;

}  // namespace

Result<std::pair<Channel, Channel>> Channel::make() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return system_error(errno, "socketpair");
    }
    return std::pair(Channel(Fd(ends[0])), Channel(Fd(ends[1])));
}

bool Channel::send(Message message, std::string_view text) {
    text = text.substr(0, kMaxText);
    std::array<iovec, 2> parts = {iovec{&message, sizeof message},
                                  iovec{const_cast<char*>(text.data()), text.size()}};
    msghdr header{};
    header.msg_iov = parts.data();
    header.msg_iovlen = parts.size();
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(fd(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

std::optional<Letter> Channel::receive() {
    std::array<char, kMaxText + 1> buffer;
    const ssize_t length = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (length <= 0) {
        closed_ = length == 0 || (errno != EAGAIN && errno != EINTR);
        return std::nullopt;
    }
    return Letter{static_cast<Message>(buffer[0]),
                  std::string(buffer.data() + 1, static_cast<std::size_t>(length) - 1)};
}

bool Channel::wait(std::chrono::milliseconds timeout) const {
    pollfd poll{fd(), POLLIN, 0};
    return ::poll(&poll, 1, static_cast<int>(timeout.count())) > 0;
}

/// Strings that each end with a NUL: the change, then keys and values.
std::string to_text(const Lifecycle& lifecycle) {
    std::string text = lifecycle.change + '\0';
    for (const auto& [key, value] : lifecycle.details) {
        (text += key) += '\0';
        (text += value) += '\0';
    }
    return text;
}

Lifecycle lifecycle_from(std::string_view text, std::uint64_t timestamp_ns) {
    const auto next = [&text] {
        const std::size_t length = std::min(text.find('\0'), text.size());
        std::string word(text.substr(0, length));
        text.remove_prefix(std::min(length + 1, text.size()));
        return word;
    };
    Lifecycle lifecycle{timestamp_ns, next(), {}};
    while (!text.empty()) {
        std::string key = next();
        lifecycle.details.emplace_back(std::move(key), next());
    }
    return lifecycle;
}

}  // namespace nflogd::pipeline
