// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/socket_reader.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace nflogd::sink {
namespace {

/// Bytes per call, but for a longer record: nobody waits long for his turn.
constexpr std::size_t kPiece = 32 << 10;

}  // namespace

void SocketReader::skip_to(const RecordRing& ring, RecordRing::Position to) {
    const RecordRing::Position whole = ring.boundary(at_);
    // In the middle of a record, nothing stands before it that is still to be sent.
    if (whole != at_) ring.copy(at_, whole, rest_);
    if (to > whole) missed_ += ring.count(whole, to);
    at_ = std::max(whole, to);
}

void SocketReader::send(const RecordRing& ring, const MissedText& text) {
    if (rest_.empty() && missed_ > 0) tell(text);
    const Pieces pieces = next(ring);
    if (gone_ || pieces[0].empty()) return;
    std::array<iovec, 2> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t count = ::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) return sent(static_cast<std::size_t>(count));
    if (errno == EAGAIN) {
        blocked_ = true;
    } else if (errno != EINTR && errno != ENOBUFS && errno != ENOMEM) {
        gone_ = true;
    }
}

void SocketReader::tell(const MissedText& text) {
    rest_ = text(missed_);
    missed_ = 0;
    gone_ = rest_.empty();
}

SocketReader::Pieces SocketReader::next(const RecordRing& ring) const {
    if (!rest_.empty()) return {std::string_view(rest_).substr(rest_sent_)};
    if (at_ == ring.end()) return {};
    RecordRing::Position to = ring.boundary_before(std::min(at_ + kPiece, ring.end()));
    if (to <= at_) to = ring.boundary(at_ + 1);  // a long one
    const std::string_view first = ring.piece(at_).substr(0, to - at_);
    const RecordRing::Position behind = at_ + first.size();
    return {first, ring.piece(behind).substr(0, to - behind)};
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
