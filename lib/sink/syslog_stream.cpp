// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/syslog_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "sink/syslog_message.hpp"

namespace nflogd::sink {
namespace {

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

SyslogStream::SyslogStream(const SyslogOptions& options, const Clock& clock, WriteJournal* journal)
    : options_(options),
      journal_(journal),
      clock_(clock),
      connection_(socket_addresses(options.receiver), clock) {
    torn_.reserve(options.max_message + sizeof(Count));
}

Written SyslogStream::write(const Batch& batch) {
    Written out;
    const Patience patience(clock_);
    int error = connect(patience);
    while (error == 0 && out.records < batch.ends.size()) {
        error = torn_.empty() ? send_some(batch, out.records, patience)
                              : finish_torn(batch, out.records, patience);
        if (journal_ != nullptr) journal_->wrote(out.records);
    }
    if (error == 0 || (error == EAGAIN && out.records > 0)) return out;
    if (error != EAGAIN && error != EINPROGRESS) connection_.close();
    out.status = error_text(error);
    return out;
}

/// 0, or an errno value. What was sent in part over an earlier connection is to be
/// sent whole over another.
int SyslogStream::connect(const Patience& patience) {
    if (connection_.alive()) return 0;
    torn_sent_ = 0;
    return connection_.connect(patience);
}

SyslogStream::Frame SyslogStream::frame(const Batch& batch, std::size_t record,
                                        Count& count) const {
    const std::string_view message = syslog_message(batch, record, options_.max_message);
    if (options_.framing == SyslogFraming::newline) return {message, "\n"};
    char* end = std::to_chars(count.data(), count.data() + count.size(), message.size()).ptr;
    *end++ = ' ';
    return {{count.data(), end}, message};
}

/// Adds to `records` what was taken whole. 0, or an errno value.
int SyslogStream::send_some(const Batch& batch, std::size_t& records, const Patience& patience) {
    const std::size_t count = std::min(kMost, batch.ends.size() - records);
    for (std::size_t i = 0; i < count; ++i) {
        frames_[i] = frame(batch, records + i, counts_[i]);
        pieces_[2 * i] = piece(frames_[i].first);
        pieces_[2 * i + 1] = piece(frames_[i].second);
    }
    msghdr message{};
    message.msg_iov = pieces_.data();
    message.msg_iovlen = 2 * count;
    const ssize_t sent = ::sendmsg(connection_.fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
        count_sent(static_cast<std::size_t>(sent), count, records);
        return 0;
    }
    if (errno == EINTR) return 0;
    if (errno == EAGAIN) return patience.wait(connection_.fd()) ? 0 : EAGAIN;
    return errno;
}

/// Keeps the frame of which only a part is among the first `bytes`.
void SyslogStream::count_sent(std::size_t bytes, std::size_t messages, std::size_t& records) {
    for (std::size_t i = 0; i < messages; ++i) {
        const Frame& frame = frames_[i];
        if (bytes >= frame.size()) {
            bytes -= frame.size();
            ++records;
            continue;
        }
        if (bytes == 0) return;
        torn_.assign(frame.first).append(frame.second);
        torn_sent_ = bytes;
        return;
    }
}

bool SyslogStream::is_torn(const Frame& frame) const {
    const std::string_view torn = torn_;
    return torn.size() == frame.size() && torn.starts_with(frame.first) &&
           torn.ends_with(frame.second);
}

/// Sends what is left of the torn frame before anything else, and counts its record
/// if the lane still offers it.
int SyslogStream::finish_torn(const Batch& batch, std::size_t& records, const Patience& patience) {
    const bool offered = is_torn(frame(batch, records, counts_[0]));
    if (offered || torn_sent_ > 0) {
        if (const int error = send_rest(patience); error != 0) return error;
        if (offered) ++records;
    }
    torn_.clear();
    torn_sent_ = 0;
    return 0;
}

int SyslogStream::send_rest(const Patience& patience) {
    while (torn_sent_ < torn_.size()) {
        const ssize_t sent = ::send(connection_.fd(), torn_.data() + torn_sent_,
                                    torn_.size() - torn_sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            torn_sent_ += static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN) {
            if (!patience.wait(connection_.fd())) return EAGAIN;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

/// The last message is not left in two if that can be had.
Status SyslogStream::close() {
    if (connection_.alive() && torn_sent_ > 0) send_rest(Patience(clock_));
    connection_.close();
    return {};
}

Error SyslogStream::error_text(int error) const {
    const std::string name = to_string(options_.receiver);
    if (options_.receiver.addresses.empty()) {
        return {name + ": this name was not found", EX_NOHOST};
    }
    if (error == EAGAIN) return {name + ": the receiver takes nothing", EX_IOERR};
    return system_error(error, name, EX_IOERR);
}

}  // namespace nflogd::sink
