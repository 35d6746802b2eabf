// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A TCP connection to the first of some addresses that takes it. Never blocks for
/// longer than Patience says.
#pragma once

#include <chrono>
#include <vector>

#include "core/fd.hpp"
#include "core/time.hpp"
#include "sink/patience.hpp"
#include "sink/socket_address.hpp"

namespace nflogd::sink {

class TcpConnection {
public:
    /// `clock` outlives the connection.
    TcpConnection(std::vector<SocketAddress> addresses, const Clock& clock)
        : addresses_(std::move(addresses)), clock_(clock) {}

    /// Whether there is one that the other end has not closed. What the other end
    /// says is read and forgotten.
    [[nodiscard]] bool alive();
    /// 0 when it is made, EINPROGRESS while it is being made, else the errno value of
    /// the last address that was tried. The next call goes on.
    int connect(const Patience& patience);
    void close();

    [[nodiscard]] int fd() const { return socket_.get(); }

private:
    int start();
    int finish(const Patience& patience);
    void try_next_address();

    const std::vector<SocketAddress> addresses_;
    const Clock& clock_;
    Fd socket_;
    bool connected_ = false;
    std::size_t next_ = 0;                    ///< address in use
    std::chrono::nanoseconds give_up_at_{0};  ///< while connecting
};

}  // namespace nflogd::sink
