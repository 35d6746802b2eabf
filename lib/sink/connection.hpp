// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A stream to a receiver, plain or encrypted. One thread; no call blocks for longer
/// than its Patience says.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "sink/patience.hpp"

namespace nflogd::sink {

class Connection {
public:
    virtual ~Connection() = default;

    /// Whether there is one that the other end has not closed. What the other end
    /// says is read and forgotten.
    [[nodiscard]] virtual bool alive() = 0;
    /// 0 when it is made, EINPROGRESS while it is being made, else an errno value; the
    /// next call goes on, or begins anew.
    virtual int connect(const Patience& patience) = 0;
    /// The bytes of the pieces that were taken, or a negated errno value. After -EAGAIN
    /// the next call offers the same bytes first.
    virtual ssize_t send(std::span<const iovec> pieces) = 0;
    /// Whether send() may go on.
    [[nodiscard]] virtual bool wait(const Patience& patience) = 0;
    /// Whether the other end says something, if only that it is gone.
    [[nodiscard]] virtual bool hears(const Patience& patience) = 0;
    /// At once; what is on its way may be lost.
    virtual void close() = 0;
    /// Tells the other end that no more comes, gives it the time to take what is on its
    /// way, and closes.
    virtual void finish(const Patience& patience) = 0;

    /// Of the connection that is no more: the other end closed it after it had read all
    /// that was sent. A system that closes a socket with unread data resets it instead
    /// (RFC 1122, 4.2.2.13), and what it had not acknowledged is still in ours.
    [[nodiscard]] virtual bool all_was_read() const = 0;
    /// No more bytes than these are worth to be offered at once.
    [[nodiscard]] virtual std::size_t most_at_once() const {
        return std::numeric_limits<std::size_t>::max();
    }
    /// What was wrong, where an errno value does not tell; empty: nothing.
    [[nodiscard]] virtual std::string trouble() const { return {}; }
};

}  // namespace nflogd::sink
