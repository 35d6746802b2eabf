// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Messages over a TCP connection (RFC 6587): "LENGTH MESSAGE" or "MESSAGE\n".
#pragma once

#include <sys/uio.h>

#include <array>
#include <string>

#include "core/options.hpp"
#include "sink/patience.hpp"
#include "sink/sink.hpp"
#include "sink/tcp_connection.hpp"

namespace nflogd::sink {

class SyslogStream final : public Sink {
public:
    SyslogStream(const SyslogOptions& options, const Clock& clock, WriteJournal* journal);

    Written write(const Batch& batch) override;
    std::optional<std::chrono::nanoseconds> tend() override { return std::nullopt; }
    /// A connection is nothing that somebody could have put another in place of.
    Status reopen() override { return {}; }
    Status close() override;

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
    Frame frame(const Batch& batch, std::size_t record, Count& count) const;
    int send_some(const Batch& batch, std::size_t& records, const Patience& patience);
    int finish_torn(const Batch& batch, std::size_t& records, const Patience& patience);
    int send_rest(const Patience& patience);
    [[nodiscard]] bool is_torn(const Frame& frame) const;
    void count_sent(std::size_t bytes, std::size_t messages, std::size_t& records);
    [[nodiscard]] Error error_text(int error) const;

    const SyslogOptions options_;
    WriteJournal* const journal_;
    const Clock& clock_;
    TcpConnection connection_;
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
