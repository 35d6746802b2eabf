// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Connections of those who ask: over listening sockets that somebody else made, one
/// request and one answer each. Never waits, and bounds what a client can hold: a
/// connection has kPatience for all of it, and there are at most kMost. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fd.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace nflogd::control {

class Server {
public:
    static constexpr std::chrono::seconds kPatience{5};
    static constexpr std::size_t kMost = 32;

    enum class Door : std::uint8_t {
        control,  ///< a request is one line
        metrics,  ///< a request is the head of an HTTP message
    };
    struct Asked {
        std::uint64_t client;
        Door door;
        std::string text;  ///< the whole request, without the end of a line
    };

    static Result<Server> make(const Clock& clock = system_clock());

    /// `listener` outlives the server. Errors: EX_OSERR.
    Status listen(int listener, Door door);

    /// Readable when serve() has something to do.
    [[nodiscard]] int fd() const { return epoll_.get(); }
    /// When serve() is due at the latest; nothing: not before fd() says so.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const;
    /// Accepts, reads, sends; returns what was asked by now.
    std::vector<Asked> serve();

    /// Sends and closes; nothing happens if that client is gone.
    void answer(std::uint64_t client, std::string text);
    /// The connection itself, which is the caller's from now on; nothing if it is gone.
    [[nodiscard]] Fd release(std::uint64_t client);

private:
    struct Client {
        Fd fd;
        Door door;
        std::chrono::nanoseconds until;
        std::string in;
        std::string out;
        std::size_t sent = 0;
        bool asked = false;
    };
    using Clients = std::map<std::uint64_t, Client>;

    Server(Fd epoll, const Clock& clock) : epoll_(std::move(epoll)), clock_(&clock) {}

    void accept_from(std::uint64_t listener);
    void read_from(Clients::iterator client, std::vector<Asked>& asked);
    void send_to(Clients::iterator client);
    bool watch(int fd, std::uint64_t id, std::uint32_t events, int operation) const;

    struct Listener {
        int fd;
        Door door;
    };

    Fd epoll_;
    const Clock* clock_;
    std::vector<Listener> listeners_;  ///< their numbers are below kMaxListeners
    Clients clients_;                  ///< by number, the oldest first
    std::uint64_t next_ = kMaxListeners;

    static constexpr std::uint64_t kMaxListeners = 16;
};

}  // namespace nflogd::control
