// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/socket_reader.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace nflogd::sink {
namespace {

/// Bytes per call: nobody waits long for his turn.
constexpr std::size_t kPiece = 64 << 10;

}  // namespace

void SocketReader::skip_to(const RecordRing& ring, RecordRing::Position to) {
    const RecordRing::Position whole = ring.boundary(at_);
    // In the middle of a record, nothing stands before it that is still to be sent.
    if (whole != at_) ring.copy(at_, whole, rest_);
    if (to > whole) missed_ += ring.count(whole, to);
    at_ = std::max(whole, to);
}

void SocketReader::send(const RecordRing& ring, const MissedText& text) {
    const std::string_view bytes = next(ring, text);
    if (bytes.empty()) return;
    const ssize_t count =
        ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) return sent(static_cast<std::size_t>(count));
    if (errno == EAGAIN) {
        blocked_ = true;
    } else if (errno != EINTR && errno != ENOBUFS && errno != ENOMEM) {
        gone_ = true;
    }
}

std::string_view SocketReader::next(const RecordRing& ring, const MissedText& text) {
    if (rest_.empty() && missed_ > 0) {
        rest_ = text(missed_);
        missed_ = 0;
        gone_ = rest_.empty();
        if (gone_) return {};
    }
    if (!rest_.empty()) return std::string_view(rest_).substr(rest_sent_, kPiece);
    return ring.piece(at_).substr(0, kPiece);
}

void SocketReader::sent(std::size_t bytes) {
    if (rest_.empty()) {
        at_ += bytes;
        return;
    }
    rest_sent_ += bytes;
    if (rest_sent_ < rest_.size()) return;
    rest_.clear();
    rest_sent_ = 0;
}

}  // namespace nflogd::sink
