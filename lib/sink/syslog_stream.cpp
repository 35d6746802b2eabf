// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/syslog_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "sink/syslog_message.hpp"
#include "sink/tcp_connection.hpp"
#include "sink/tls_connection.hpp"

namespace nflogd::sink {
namespace {

using std::chrono::nanoseconds;

/// The first look after something was sent, and the last one: a receiver that is silent
/// for longer has read what it got, or the kernel finds out (TCP_KEEPIDLE).
constexpr nanoseconds kFirstLook = std::chrono::seconds(1);
constexpr nanoseconds kLastLook = std::chrono::seconds(128);

/// A connection that breaks before was none.
constexpr nanoseconds kYoung = std::chrono::seconds(1);
/// Times Patience::kStandstill of silence.
constexpr int kProofs = 5;

std::unique_ptr<Connection> make_connection(const SyslogOptions& options, const Clock& clock) {
    if (options.receiver.transport == SyslogTransport::tls) {
        return std::make_unique<TlsConnection>(options.receiver, options.tls, clock);
    }
    return std::make_unique<TcpConnection>(socket_addresses(options.receiver), clock);
}

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

SyslogStream::SyslogStream(const SyslogOptions& options, const Clock& clock, WriteJournal* journal)
    : options_(options),
      journal_(journal),
      clock_(clock),
      connection_(make_connection(options, clock)) {
    torn_.reserve(options.max_message + sizeof(Count));
}

Written SyslogStream::write(const Batch& batch) {
    Written out;
    const Patience patience(clock_);
    int error = connect(patience);
    const std::size_t owed = window_.left().size();
    if (error == 0) error = send_again(patience);
    const bool progress = window_.left().size() != owed;
    while (error == 0 && out.records < batch.ends.size()) {
        error = torn_.empty() ? send_some(batch, out.records, patience)
                              : finish_torn(batch, out.records, patience);
        if (journal_ != nullptr) journal_->wrote(out.records);
    }
    look_later(out.records > 0);
    if (error == 0 || (error == EAGAIN && (out.records > 0 || progress))) return out;
    if (error != EAGAIN && error != EINPROGRESS) note_break();
    out.status = error_text(error);
    return out;
}

/// 0, or an errno value. What was sent in part over an earlier connection is to be
/// sent whole over another.
int SyslogStream::connect(const Patience& patience) {
    if (connection_->alive()) return 0;
    if (connected_) note_break();
    const int error = connection_->connect(patience);
    connected_ = error == 0;
    if (connected_) connected_at_ = clock_.monotonic();
    return connected_ && doubtful_ ? prove(patience) : error;
}

/// A receiver that accepts everybody, looks, and closes takes nothing in truth, though
/// the kernel takes it all. If it says nothing for a while after it got something, it
/// reads.
int SyslogStream::prove(const Patience& patience) {
    int error = send_again(patience);
    for (int i = 0; i < kProofs && error == 0; ++i) {
        if (connection_->hears(patience) && !connection_->alive()) error = ECONNRESET;
    }
    doubtful_ = error != 0;
    return error;
}

void SyslogStream::note_break() {
    if (connected_) {
        static_cast<void>(connection_->alive());  // hears why
        const bool all_was_read = connection_->all_was_read();
        all_was_read ? window_.clear() : window_.begin_again();
        doubtful_ = !all_was_read && clock_.monotonic() < connected_at_ + kYoung;
    }
    connected_ = false;
    torn_sent_ = 0;
    connection_->close();
}

int SyslogStream::send_again(const Patience& patience) {
    while (!window_.left().empty()) {
        std::size_t sent = 0;
        const int error = send_all(window_.left(), sent, patience);
        window_.sent_again(sent);
        if (error != 0) return error;
    }
    return 0;
}

/// 0 when all of `text` from `sent` on is out, or an errno value.
int SyslogStream::send_all(std::string_view text, std::size_t& sent, const Patience& patience) {
    while (sent < text.size()) {
        const iovec left = piece(text.substr(sent));
        const ssize_t taken = connection_->send({&left, 1});
        if (taken >= 0) {
            sent += static_cast<std::size_t>(taken);
        } else if (taken != -EAGAIN) {
            return static_cast<int>(-taken);
        } else if (!connection_->wait(patience)) {
            return EAGAIN;
        }
    }
    return 0;
}

void SyslogStream::look_later(bool sent) {
    if (sent) look_pause_ = kFirstLook;
    look_at_ = clock_.monotonic() + look_pause_;
}

std::optional<nanoseconds> SyslogStream::tend() {
    if (look_pause_ == nanoseconds::zero()) return std::nullopt;
    if (clock_.monotonic() < look_at_) return look_at_;
    const Patience patience(clock_);
    if (connection_->alive() && window_.left().empty()) {
        look_pause_ = look_pause_ < kLastLook ? look_pause_ * 2 : nanoseconds::zero();
    } else {
        if (connected_) note_break();
        int error = window_.empty() ? 0 : connect(patience);
        if (error == 0) error = send_again(patience);
        if (error != 0) {
            owing_ = error_text(error).message + "; the last records wait to be sent again";
        }
        if (error != 0 && error != EAGAIN && error != EINPROGRESS) note_break();
        look_pause_ = window_.empty() ? nanoseconds::zero() : kFirstLook;
    }
    look_later(false);
    return look_pause_ == nanoseconds::zero() ? std::nullopt : std::optional(look_at_);
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
    const std::size_t most = std::min(kMost, batch.ends.size() - records);
    std::size_t count = 0;
    for (std::size_t bytes = 0; count < most; ++count) {
        frames_[count] = frame(batch, records + count, counts_[count]);
        bytes += frames_[count].size();
        if (count > 0 && bytes > connection_->most_at_once()) break;
        pieces_[2 * count] = piece(frames_[count].first);
        pieces_[2 * count + 1] = piece(frames_[count].second);
    }
    const ssize_t sent = connection_->send(std::span(pieces_).first(2 * count));
    if (sent >= 0) {
        count_sent(static_cast<std::size_t>(sent), count, records);
        return 0;
    }
    if (sent == -EAGAIN) return connection_->wait(patience) ? 0 : EAGAIN;
    return static_cast<int>(-sent);
}

/// Keeps the frame of which only a part is among the first `bytes`.
void SyslogStream::count_sent(std::size_t bytes, std::size_t messages, std::size_t& records) {
    for (std::size_t i = 0; i < messages; ++i) {
        const Frame& frame = frames_[i];
        if (bytes >= frame.size()) {
            bytes -= frame.size();
            window_.add(frame.first, frame.second);
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
        if (const int error = send_all(torn_, torn_sent_, patience); error != 0) return error;
        window_.add(torn_, {});
        if (offered) ++records;
    }
    torn_.clear();
    torn_sent_ = 0;
    return 0;
}

/// The last message is not left in two if that can be had.
Status SyslogStream::close() {
    const Patience patience(clock_);
    if (connected_ && !connection_->alive()) note_break();
    if (!connected_ && !window_.left().empty()) {
        static_cast<void>(connect(patience));
    }
    if (connected_ && send_again(patience) == 0 &&
        (torn_sent_ == 0 || send_all(torn_, torn_sent_, patience) == 0)) {
        connection_->finish(patience);
    }
    connection_->close();
    return {};
}

Error SyslogStream::error_text(int error) const {
    const std::string name = to_string(options_.receiver);
    if (options_.receiver.addresses.empty()) {
        return {name + ": this name was not found", EX_NOHOST};
    }
    if (const std::string trouble = connection_->trouble(); !trouble.empty()) {
        return {name + ": " + trouble, EX_IOERR};
    }
    if (error == EAGAIN) return {name + ": the receiver takes nothing", EX_IOERR};
    return system_error(error, name, EX_IOERR);
}

}  // namespace nflogd::sink
