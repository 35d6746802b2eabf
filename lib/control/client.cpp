// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace nflogd::control {
namespace {

/// A status with thousands of rules is far below.
constexpr std::size_t kLongestAnswer = 64 << 20;

Error cannot_connect(const std::string& path, int error) {
    switch (error) {
        case ENOENT:
        case ECONNREFUSED:
            return {"no nflogd is running: nobody listens at " + path, EX_UNAVAILABLE};
        case EACCES:
            return {path + ": Permission denied; be root, or a member of the socket's group",
                    EX_NOPERM};
        default: return system_error(error, path, EX_UNAVAILABLE);
    }
}

}  // namespace

Result<Fd> connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return cannot_connect(path, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return system_error(errno, "socket");
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return cannot_connect(path, errno);
    }
    return fd;
}

Result<Fd> send_request(const std::string& path, const Request& request) {
    auto fd = connect(path);
    if (!fd) return fd;
    const std::string line = to_line(request);
    if (::send(fd->get(), line.data(), line.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(line.size())) {
        return system_error(errno, path, EX_UNAVAILABLE);
    }
    return fd;
}

Result<std::string> read_line(const Fd& connection, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::string line;
    // Looked at before it is taken: what follows the line is the caller's.
    while (line.size() < kLongestAnswer) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd ready{connection.get(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) == 0) {
            return Error{"the daemon does not answer", EX_UNAVAILABLE};
        }
        std::array<char, 4096> part;
        const ssize_t seen = ::recv(connection.get(), part.data(), part.size(), MSG_PEEK);
        if (seen < 0 && errno == EINTR) continue;
        if (seen <= 0) return Error{"the daemon ended the connection", EX_UNAVAILABLE};
        const std::string_view bytes(part.data(), static_cast<std::size_t>(seen));
        const std::size_t end = bytes.find('\n');
        const std::size_t take = end == std::string_view::npos ? bytes.size() : end + 1;
        if (::recv(connection.get(), part.data(), take, 0) < 0) continue;
        line.append(bytes.substr(0, end));
        if (end == std::string_view::npos) continue;
        if (std::string error = error_of(line); !error.empty()) {
            return Error{std::move(error), EX_UNAVAILABLE};
        }
        return line;
    }
    return Error{"the answer is too long", EX_UNAVAILABLE};
}

Result<std::string> ask(const std::string& path, const Request& request,
                        std::chrono::milliseconds patience) {
    auto connection = send_request(path, request);
    if (!connection) return connection.error();
    return read_line(*connection, patience);
}

}  // namespace nflogd::control
