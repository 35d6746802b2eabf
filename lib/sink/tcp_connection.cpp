// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/tcp_connection.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace nflogd::sink {
namespace {

/// An address that does not answer for so long is followed by the next.
constexpr std::chrono::seconds kAnswer{10};
/// After so long without traffic the kernel asks whether the other end is there.
constexpr int kIdleSeconds = 60;
/// What may wait in the kernel without having been sent: the less, the less is lost
/// when the connection breaks.
constexpr int kUnsentBytes = 128 << 10;
/// Reads per look; what a receiver sends is of no interest.
constexpr int kReads = 16;

void set(int fd, int level, int option, int value) {
    ::setsockopt(fd, level, option, &value, sizeof value);
}

int error_of(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

/// Where nobody listens on a port of this machine, the kernel may choose that very
/// port for our end, and the two ends are one (RFC 9293, 3.5: simultaneous open).
bool is_connected_to_itself(int fd) {
    sockaddr_storage ours{};
    sockaddr_storage theirs{};
    socklen_t our_size = sizeof ours;
    socklen_t their_size = sizeof theirs;
    return ::getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &our_size) == 0 &&
           ::getpeername(fd, reinterpret_cast<sockaddr*>(&theirs), &their_size) == 0 &&
           our_size == their_size && std::memcmp(&ours, &theirs, our_size) == 0;
}

}  // namespace

bool TcpConnection::alive() {
    if (!connected_) return false;
    std::array<char, 1024> text;
    for (int i = 0; i < kReads; ++i) {
        const ssize_t got = ::recv(fd(), text.data(), text.size(), MSG_DONTWAIT);
        if (got > 0 || (got < 0 && errno == EINTR)) continue;
        if (got < 0 && errno == EAGAIN) return true;
        if (got == 0) note_end();
        close();
        return false;
    }
    return true;
}

void TcpConnection::note_end() {
    int unacknowledged = 0;
    all_was_read_ =
        ::ioctl(fd(), SIOCOUTQ, &unacknowledged) == 0 && unacknowledged == 0 && error_of(fd()) == 0;
}

ssize_t TcpConnection::send(std::span<const iovec> pieces) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    const ssize_t sent = ::sendmsg(fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    return errno == EINTR ? 0 : -errno;
}

/// Closing a socket that has something to read resets its connection.
void TcpConnection::finish(const Patience& patience) {
    if (connected_ && ::shutdown(fd(), SHUT_WR) == 0) {
        std::array<char, 1024> text;
        while (patience.wait(fd(), POLLIN)) {
            const ssize_t got = ::recv(fd(), text.data(), text.size(), MSG_DONTWAIT);
            if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) break;
        }
    }
    close();
}

int TcpConnection::connect(const Patience& patience) {
    int error = EADDRNOTAVAIL;
    for (std::size_t tried = 0; tried < addresses_.size(); ++tried) {
        error = socket_ ? EINPROGRESS : start();
        if (error == EINPROGRESS) error = await_answer(patience);
        if (error == 0 || error == EINPROGRESS) return error;
        try_next_address();
    }
    return error;
}

/// Asks for a connection to the next address.
int TcpConnection::start() {
    const SocketAddress& address = addresses_[next_];
    Fd made(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) return errno;
    set(made.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
    set(made.get(), IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
    set(made.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    set(made.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentBytes);
    const int failed = ::connect(made.get(), address.get(), address.length);
    if (failed != 0 && errno != EINPROGRESS && errno != EINTR) return errno;
    socket_ = std::move(made);
    give_up_at_ = clock_.monotonic() + kAnswer;
    return EINPROGRESS;
}

int TcpConnection::await_answer(const Patience& patience) {
    if (!patience.wait(fd())) {
        return clock_.monotonic() < give_up_at_ ? EINPROGRESS : ETIMEDOUT;
    }
    if (const int error = error_of(fd()); error != 0) return error;
    if (is_connected_to_itself(fd())) return ECONNREFUSED;
    connected_ = true;
    all_was_read_ = false;
    return 0;
}

void TcpConnection::try_next_address() {
    close();
    next_ = (next_ + 1) % addresses_.size();
}

void TcpConnection::close() {
    socket_.reset();
    connected_ = false;
}

}  // namespace nflogd::sink
