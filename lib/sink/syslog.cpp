// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/syslog.hpp"

#include "sink/spool.hpp"
#include "sink/syslog_datagram.hpp"
#include "sink/syslog_stream.hpp"

namespace nflogd::sink {

std::unique_ptr<Sink> make_syslog(const SyslogOptions& options, const Clock& clock,
                                  WriteJournal* journal) {
    // Over a reload or a crash no message is sent again that was sent.
    if (journal != nullptr) journal->opened(0, 0);
    const SyslogTransport transport = options.receiver.transport;
    const auto make_stream = [&](WriteJournal* of_stream) -> std::unique_ptr<Sink> {
        return std::make_unique<SyslogStream>(options, clock, of_stream);
    };
    if (transport == SyslogTransport::tcp || transport == SyslogTransport::tls) {
        if (options.spool.path.empty()) return make_stream(journal);
        return make_spooled(options.spool, make_stream, clock, journal);
    }
    return std::make_unique<SyslogDatagram>(options, clock, journal);
}

}  // namespace nflogd::sink
