// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What keeper and worker tell each other, over a pair of SOCK_SEQPACKET sockets
/// (unix(7)): one message a packet, none is lost, and the end of one process is
/// seen by the other. Counts travel in the Books, not here. One thread each.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/event.hpp"
#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::pipeline {

enum class Message : std::uint8_t {
    // From the keeper.
    counts,     ///< the books hold fresh kernel counters
    no_counts,  ///< those in the books are old: they could not be read
    lifecycle,  ///< to be written to every output; with text
    reopen,     ///< open the media of all outputs anew
    look,       ///< kernel counters have moved: look for packets that never came
    unbound,    ///< one group (its number as text) is unbound: end it when it is empty
    origins,    ///< the table of origins has changed
    rules,      ///< how our rules are protected now (text, as control::Protection::rules)
    drain,      ///< the groups are unbound: read and write all that is left, then end
    leave,      ///< end at once, a successor goes on; nothing is lost by it
    // From the worker.
    ready,        ///< outputs are open, packets are being read
    replace,      ///< it is confined to a directory that is not the one at its path any more
    told,         ///< the occasions of its start are written
    want_counts,  ///< read the kernel counters; also the sign that it works
};

struct Letter {
    Message message;
    std::string text;
};

class Channel {
public:
    static Result<std::pair<Channel, Channel>> make();

    /// Never waits. False if the other process is gone, or has left a hundred
    /// messages unread.
    bool send(Message message, std::string_view text = {});
    /// The next message; nothing if none waits, or if the other process is gone.
    std::optional<Letter> receive();
    /// Whether receive() has seen that the other process is gone.
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] int fd() const { return fd_.get(); }
    /// Blocks until there is something to receive, at most so long.
    bool wait(std::chrono::milliseconds timeout) const;

private:
    explicit Channel(Fd fd) : fd_(std::move(fd)) {}

    Fd fd_;
    bool closed_ = false;
};

/// A Lifecycle as the text of a message, without its time.
[[nodiscard]] std::string to_text(const Lifecycle& lifecycle);
[[nodiscard]] Lifecycle lifecycle_from(std::string_view text, std::uint64_t timestamp_ns);

}  // namespace nflogd::pipeline
