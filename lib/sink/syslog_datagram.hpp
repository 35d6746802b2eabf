// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One datagram a message, to a UNIX socket or over UDP.
///
/// The UDP socket is not connected: whether somebody listens there is not known in
/// either case, and an ICMP error about one datagram would be told to the next.
#pragma once

#include <sys/uio.h>

#include <array>
#include <string>
#include <vector>

#include "core/fd.hpp"
#include "core/options.hpp"
#include "sink/patience.hpp"
#include "sink/sink.hpp"
#include "sink/socket_address.hpp"

namespace nflogd::sink {

class SyslogDatagram final : public Sink {
public:
    SyslogDatagram(const SyslogOptions& options, const Clock& clock, WriteJournal* journal);

    Written write(const Batch& batch) override;
    std::optional<std::chrono::nanoseconds> tend() override { return std::nullopt; }
    /// A socket at that path may be another one by now.
    Status reopen() override;
    Status close() override { return {}; }

private:
    static constexpr std::size_t kMost = 64;  ///< datagrams per call

    int open();
    int send(const Batch& batch, std::size_t& records, const Patience& patience);
    int send_some(const Batch& batch, std::size_t& records);
    int cure(int error, std::size_t length, const Patience& patience);
    int shorten(std::size_t length);
    int reconnect();

    const SyslogReceiver receiver_;
    const std::vector<SocketAddress> addresses_;
    const Clock& clock_;
    WriteJournal* const journal_;
    std::size_t longest_;       ///< bytes of a message
    std::size_t next_ = 0;      ///< the address in use, or to be tried next
    bool reconnected_ = false;  ///< in this write()
    Fd socket_;
    std::array<iovec, kMost> pieces_{};
    std::array<mmsghdr, kMost> datagrams_{};
};

}  // namespace nflogd::sink
