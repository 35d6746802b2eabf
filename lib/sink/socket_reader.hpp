// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One reader of a socket: its connection, and what it has got of the stream. It gets
/// whole records only. When it falls behind what the ring still holds, it is told in its
/// own stream how many records it missed, between those before and those behind.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "core/fd.hpp"
#include "sink/record_ring.hpp"

namespace nflogd::sink {

/// A record that tells a reader how many it missed; empty if the format has none.
using MissedText = std::function<std::string(std::uint64_t missed)>;

/// One thread at a time.
class SocketReader {
public:
    /// `fd` does not block. It gets `head` first, then the records from `at` on.
    SocketReader(Fd fd, std::string_view head, RecordRing::Position at)
        : fd_(std::move(fd)), rest_(head), at_(at) {}

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] RecordRing::Position at() const { return at_; }
    /// Whether it is to be sent something.
    [[nodiscard]] bool behind(const RecordRing& ring) const {
        return rest_sent_ < rest_.size() || missed_ > 0 || at_ < ring.end();
    }
    /// Whether the connection took nothing; until ready().
    [[nodiscard]] bool blocked() const { return blocked_; }
    void ready() { blocked_ = false; }
    /// Whether nothing more can be sent to it.
    [[nodiscard]] bool gone() const { return gone_; }
    void leave() { gone_ = true; }

    /// Goes on at `to`, where a record begins, and counts what it misses. What it has
    /// a part of it gets whole. While the ring holds all from at() on.
    void skip_to(const RecordRing& ring, RecordRing::Position to);
    /// Another record before at() that it will not get.
    void miss() { ++missed_; }

    /// Sends what the connection takes at once, some 32 KiB at most. A reader that has
    /// missed something and cannot be told has gone.
    ///
    /// One call sends whole records, and so much is one buffer of the kernel's, taken as a
    /// whole or not (UNIX_SKB_FRAGS_SZ in net/unix/af_unix.c): not even a process that
    /// is killed leaves half a record behind, unless it is a longer one.
    void send(const RecordRing& ring, const MissedText& text);

private:
    /// What is to be sent next; in two pieces at the end of the ring.
    using Pieces = std::array<std::string_view, 2>;

    void tell(const MissedText& text);
    [[nodiscard]] Pieces next(const RecordRing& ring) const;
    void sent(std::size_t bytes);

    Fd fd_;
    std::string rest_;  ///< to be sent before anything of the ring
    std::size_t rest_sent_ = 0;
    std::uint64_t missed_ = 0;  ///< between rest_ and at_, not told yet
    RecordRing::Position at_;
    bool blocked_ = false;
    bool gone_ = false;
};

}  // namespace nflogd::sink
