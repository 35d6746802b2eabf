// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/syslog_datagram.hpp"

#include <algorithm>
#include <cerrno>

#include "core/log.hpp"
#include "sink/syslog_message.hpp"

namespace nflogd::sink {
namespace {

/// Every receiver takes that much (RFC 5424, 6.1), and every socket.
constexpr std::size_t kShortest = 480;

}  // namespace

std::string_view SyslogDatagram::datagram(const Batch& batch, std::size_t record) const {
    return syslog_message(batch, record, longest_);
}

/// A message that never goes would hold all that come after it.
int SyslogDatagram::too_long(const Batch& batch, std::size_t& records) {
    const std::size_t length = datagram(batch, records).size();
    if (length <= kShortest) return EMSGSIZE;
    longest_ = std::max(kShortest, length - length / 4);
    log::warning(to_string(receiver()) + " takes no message of " + std::to_string(length) +
                 " bytes; longer ones than " + std::to_string(longest_) + " are cut");
    return 0;
}

}  // namespace nflogd::sink
