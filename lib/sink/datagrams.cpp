// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/datagrams.hpp"

#include <algorithm>
#include <cerrno>

namespace nflogd::sink {
namespace {

/// The other end is gone; there may be another one at the same path.
bool is_gone(int error) {
    return error == ECONNREFUSED || error == ENOTCONN || error == EPIPE || error == ECONNRESET;
}

}  // namespace

Datagrams::Datagrams(SyslogReceiver receiver, const Clock& clock, WriteJournal* journal)
    : receiver_(std::move(receiver)),
      addresses_(socket_addresses(receiver_)),
      clock_(clock),
      journal_(journal) {
    for (std::size_t i = 0; i < kMost; ++i) {
        datagrams_[i].msg_hdr.msg_iov = &pieces_[i];
        datagrams_[i].msg_hdr.msg_iovlen = 1;
    }
}

/// 0, or an errno value.
int Datagrams::open() {
    if (socket_) return 0;
    if (addresses_.empty()) return EADDRNOTAVAIL;
    const SocketAddress& address = addresses_[next_];
    Fd made(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) return errno;
    const bool local = address.family() == AF_UNIX;
    if (local && ::connect(made.get(), address.get(), address.length) != 0) return errno;
    for (mmsghdr& datagram : datagrams_) {
        datagram.msg_hdr.msg_name = local ? nullptr : const_cast<sockaddr*>(address.get());
        datagram.msg_hdr.msg_namelen = local ? 0 : address.length;
    }
    socket_ = std::move(made);
    return 0;
}

Written Datagrams::write(const Batch& batch) {
    Written out;
    reconnected_ = false;
    int error = open();
    if (error == 0) error = send(batch, out.records, Patience(clock_));
    if (error == 0 || (error == EAGAIN && out.records > 0)) return out;
    if (error != EAGAIN) {
        socket_.reset();
        if (!addresses_.empty()) next_ = (next_ + 1) % addresses_.size();
    }
    out.status = addresses_.empty()
                     ? Error{to_string(receiver_) + ": this name was not found", EX_NOHOST}
                     : system_error(error, to_string(receiver_), EX_IOERR);
    return out;
}

int Datagrams::send(const Batch& batch, std::size_t& records, const Patience& patience) {
    int error = 0;
    while (error == 0 && records < batch.ends.size()) {
        error = send_some(batch, records);
        if (journal_ != nullptr) journal_->wrote(records);
        if (error != 0) error = cure(error, batch, records, patience);
    }
    return error;
}

/// Adds to `records` what was taken. 0, or the errno value for the next one.
int Datagrams::send_some(const Batch& batch, std::size_t& records) {
    const std::size_t count = std::min(kMost, batch.ends.size() - records);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view message = datagram(batch, records + i);
        pieces_[i] = {const_cast<char*>(message.data()), message.size()};
    }
    const int sent = ::sendmmsg(socket_.get(), datagrams_.data(), static_cast<unsigned>(count),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno;
    records += static_cast<std::size_t>(sent);
    return 0;
}

/// 0 if it is worth another try now.
int Datagrams::cure(int error, const Batch& batch, std::size_t& records, const Patience& patience) {
    if (error == EINTR) return 0;
    if (error == EAGAIN) return patience.wait(socket_.get()) ? 0 : EAGAIN;
    if (error == EMSGSIZE) return too_long(batch, records);
    return is_gone(error) && !reconnected_ ? reconnect() : error;
}

int Datagrams::reconnect() {
    reconnected_ = true;
    socket_.reset();
    return open();
}

Status Datagrams::reopen() {
    socket_.reset();
    return {};
}

}  // namespace nflogd::sink
