// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/server.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "control/http.hpp"
#include "control/request.hpp"

namespace nflogd::control {
namespace {

/// Accepted in a row, so that the others get something in between.
constexpr int kAcceptMost = 16;

bool is_whole(Server::Door door, std::string_view bytes) {
    return door == Server::Door::control ? bytes.find('\n') != std::string_view::npos
                                         : is_whole_head(bytes);
}

std::size_t longest(Server::Door door) {
    return door == Server::Door::control ? kMaxRequest : kMaxHead;
}

std::string refusal(Server::Door door) {
    if (door == Server::Door::control) return error_line("the request is too long");
    return "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\n"
           "Connection: close\r\n\r\n";
}

}  // namespace

Result<Server> Server::make(const Clock& clock) {
    Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) return system_error(errno, "epoll");
    return Server(std::move(epoll), clock);
}

bool Server::watch(int fd, std::uint64_t id, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

Status Server::listen(int listener, Door door) {
    if (listeners_.size() == kMaxListeners) return Error{"too many listening sockets", EX_OSERR};
    if (!watch(listener, listeners_.size(), EPOLLIN, EPOLL_CTL_ADD)) {
        return system_error(errno, "epoll");
    }
    listeners_.push_back({listener, door});
    return {};
}

/// Clients come in the order of their patience.
std::optional<std::chrono::nanoseconds> Server::deadline() const {
    if (clients_.empty()) return std::nullopt;
    return clients_.begin()->second.until;
}

std::vector<Server::Asked> Server::serve() {
    std::vector<Asked> asked;
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
    for (int i = 0; i < count; ++i) {
        const std::uint64_t id = events[static_cast<std::size_t>(i)].data.u64;
        if (id < kMaxListeners) {
            accept_from(id);
            continue;
        }
        const auto client = clients_.find(id);
        if (client == clients_.end()) continue;
        if (!client->second.out.empty()) {
            send_to(client);
        } else {
            read_from(client, asked);
        }
    }
    const std::chrono::nanoseconds now = clock_->monotonic();
    while (!clients_.empty() && clients_.begin()->second.until <= now) {
        clients_.erase(clients_.begin());
    }
    return asked;
}

void Server::accept_from(std::uint64_t listener) {
    for (int i = 0; i < kAcceptMost; ++i) {
        Fd fd(::accept4(listeners_[listener].fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd) return;
        // The oldest has had the most of its time.
        if (clients_.size() == kMost) clients_.erase(clients_.begin());
        const std::uint64_t id = next_++;
        if (!watch(fd.get(), id, EPOLLIN, EPOLL_CTL_ADD)) continue;
        clients_.emplace(
            id,
            Client{
                std::move(fd), listeners_[listener].door, clock_->monotonic() + kPatience, {}, {}});
    }
}

void Server::read_from(Clients::iterator client, std::vector<Asked>& asked) {
    auto& [id, peer] = *client;
    std::array<char, 4096> part;
    const ssize_t got = ::recv(peer.fd.get(), part.data(), part.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0 || peer.asked) {  // gone, or says more than one thing
        clients_.erase(client);
        return;
    }
    peer.in.append(part.data(), static_cast<std::size_t>(got));
    if (is_whole(peer.door, peer.in)) {
        peer.asked = true;
        std::string text = std::move(peer.in);
        if (peer.door == Door::control) text.resize(text.find('\n'));
        asked.push_back({id, peer.door, std::move(text)});
    } else if (peer.in.size() > longest(peer.door)) {
        answer(id, refusal(peer.door));
    }
}

void Server::answer(std::uint64_t client, std::string text) {
    const auto found = clients_.find(client);
    if (found == clients_.end()) return;
    found->second.out = std::move(text);
    watch(found->second.fd.get(), client, EPOLLOUT, EPOLL_CTL_MOD);
    send_to(found);
}

void Server::send_to(Clients::iterator client) {
    Client& peer = client->second;
    while (peer.sent < peer.out.size()) {
        const ssize_t sent = ::send(peer.fd.get(), peer.out.data() + peer.sent,
                                    peer.out.size() - peer.sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) break;
        peer.sent += static_cast<std::size_t>(sent);
    }
    clients_.erase(client);
}

Fd Server::release(std::uint64_t client) {
    const auto found = clients_.find(client);
    if (found == clients_.end()) return {};
    Fd fd = std::move(found->second.fd);
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr);
    clients_.erase(found);
    return fd;
}

}  // namespace nflogd::control
