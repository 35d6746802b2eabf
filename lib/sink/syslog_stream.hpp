// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Messages over a stream: TCP (RFC 6587) or TLS (RFC 5425), as "LENGTH MESSAGE" or
/// "MESSAGE\n".
///
/// When a connection breaks, what may not have been read (SentWindow) is sent again over
/// the next one before anything else: at least once, not exactly. Nothing is sent again
/// when the receiver closes a connection of which it has read everything.
#pragma once

#include <sys/uio.h>

#include <array>
#include <memory>
#include <string>

#include "core/options.hpp"
#include "sink/connection.hpp"
#include "sink/patience.hpp"
#include "sink/sent_window.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

class SyslogStream final : public Sink {
public:
    SyslogStream(const SyslogOptions& options, const Clock& clock, WriteJournal* journal);

    Written write(const Batch& batch) override;
    /// Looks after a connection over which something was sent of late: if it is broken,
    /// what was lost with it is not to wait for the next record.
    std::optional<std::chrono::nanoseconds> tend() override;
    /// A connection is nothing that somebody could have put another in place of.
    Status reopen() override { return {}; }
    Status close() override;
    /// While it cannot send again what a broken connection may have lost.
    [[nodiscard]] std::string detour() const override {
        return window_.left().empty() ? std::string() : owing_;
    }

private:
    static constexpr std::size_t kMost = 256;  ///< messages per call

    /// A message with what tells it from the next; in two pieces.
    struct Frame {
        std::string_view first;
        std::string_view second;
        [[nodiscard]] std::size_t size() const { return first.size() + second.size(); }
    };
    using Count = std::array<char, 8>;

    int connect(const Patience& patience);
    void note_break();
    int prove(const Patience& patience);
    int send_again(const Patience& patience);
    int send_all(std::string_view text, std::size_t& sent, const Patience& patience);
    void look_later(bool sent);
    Frame frame(const Batch& batch, std::size_t record, Count& count) const;
    int send_some(const Batch& batch, std::size_t& records, const Patience& patience);
    int finish_torn(const Batch& batch, std::size_t& records, const Patience& patience);
    [[nodiscard]] bool is_torn(const Frame& frame) const;
    void count_sent(std::size_t bytes, std::size_t messages, std::size_t& records);
    [[nodiscard]] Error error_text(int error) const;

    const SyslogOptions options_;
    WriteJournal* const journal_;
    const Clock& clock_;
    const std::unique_ptr<Connection> connection_;
    bool connected_ = false;  ///< as of the last look
    /// Connections break as soon as they are made: the next one has to prove itself.
    bool doubtful_ = false;
    std::chrono::nanoseconds connected_at_{0};
    SentWindow window_;
    std::string owing_;  ///< why window_ could not be sent again of late
    std::chrono::nanoseconds look_at_{0};
    std::chrono::nanoseconds look_pause_{0};  ///< zero: no more looks
    /// The frame of which `torn_sent_` bytes went over this connection. Its record is
    /// still the lane's, which counts it when the rest is out, too. The copy is there
    /// because the lane may have given it up by then.
    std::string torn_;
    std::size_t torn_sent_ = 0;
    std::array<Count, kMost> counts_{};
    std::array<Frame, kMost> frames_{};
    std::array<iovec, 2 * kMost> pieces_{};
};

}  // namespace nflogd::sink
