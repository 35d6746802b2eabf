// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A TCP connection to the first of some addresses that takes it. Never blocks for
/// longer than Patience says.
#pragma once

#include <chrono>
#include <vector>

#include "core/fd.hpp"
#include "core/time.hpp"
#include "sink/connection.hpp"
#include "sink/socket_address.hpp"

namespace nflogd::sink {

class TcpConnection final : public Connection {
public:
    /// `clock` outlives the connection.
    TcpConnection(std::vector<SocketAddress> addresses, const Clock& clock)
        : addresses_(std::move(addresses)), clock_(clock) {}

    bool alive() override;
    /// Of several addresses, each in turn.
    int connect(const Patience& patience) override;
    ssize_t send(std::span<const iovec> pieces) override;
    bool wait(const Patience& patience) override { return patience.wait(fd()); }
    bool hears(const Patience& patience) override { return patience.wait(fd(), POLLIN); }
    void close() override;
    void finish(const Patience& patience) override;
    [[nodiscard]] bool all_was_read() const override { return all_was_read_; }

    /// For what goes through it.
    [[nodiscard]] int fd() const { return socket_.get(); }
    /// The receiver at this address is not the one that is meant.
    void try_next_address();
    /// The other end has closed: whether it had everything by then.
    void note_end();

private:
    int start();
    int await_answer(const Patience& patience);

    const std::vector<SocketAddress> addresses_;
    const Clock& clock_;
    Fd socket_;
    bool connected_ = false;
    bool all_was_read_ = true;
    std::size_t next_ = 0;                    ///< address in use
    std::chrono::nanoseconds give_up_at_{0};  ///< while connecting
};

}  // namespace nflogd::sink
