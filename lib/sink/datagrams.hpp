// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One datagram a record, to a UNIX socket or over UDP. What a datagram holds, and what
/// becomes of one that is too long, is up to those who derive from it.
///
/// The UDP socket is not connected: whether somebody listens there is not known in
/// either case, and an ICMP error about one datagram would be told to the next.
#pragma once

#include <sys/uio.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/fd.hpp"
#include "core/options.hpp"
#include "sink/patience.hpp"
#include "sink/sink.hpp"
#include "sink/socket_address.hpp"

namespace nflogd::sink {

class Datagrams : public Sink {
public:
    Datagrams(SyslogReceiver receiver, const Clock& clock, WriteJournal* journal);

    Written write(const Batch& batch) override;
    std::optional<std::chrono::nanoseconds> tend() override { return std::nullopt; }
    /// A socket at that path may be another one by now.
    Status reopen() override;
    Status close() override { return {}; }

protected:
    [[nodiscard]] int socket() const { return socket_.get(); }
    [[nodiscard]] const SyslogReceiver& receiver() const { return receiver_; }

private:
    static constexpr std::size_t kMost = 64;  ///< datagrams per call

    /// The datagram of a record, within the batch.
    [[nodiscard]] virtual std::string_view datagram(const Batch& batch,
                                                    std::size_t record) const = 0;
    /// The socket refuses a datagram as too long. 0, or an errno value; `records` grows
    /// if it was sent another way, else it is offered again.
    virtual int too_long(const Batch& batch, std::size_t& records) = 0;

    int open();
    int send(const Batch& batch, std::size_t& records, const Patience& patience);
    int send_some(const Batch& batch, std::size_t& records);
    int cure(int error, const Batch& batch, std::size_t& records, const Patience& patience);
    int reconnect();

    const SyslogReceiver receiver_;
    const std::vector<SocketAddress> addresses_;
    const Clock& clock_;
    WriteJournal* const journal_;
    std::size_t next_ = 0;      ///< the address in use, or to be tried next
    bool reconnected_ = false;  ///< in this write()
    Fd socket_;
    std::array<iovec, kMost> pieces_{};
    std::array<mmsghdr, kMost> datagrams_{};
};

}  // namespace nflogd::sink
