// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/options.hpp"

#include <numeric>

namespace nflogd {

std::string to_string(const Location& where) {
    return where.file + ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
}

std::vector<std::uint16_t> groups_of(const LogRule& rule) {
    std::vector<std::uint16_t> groups(rule.spread);
    std::iota(groups.begin(), groups.end(), rule.group);
    return groups;
}

std::string to_string(const SyslogReceiver& receiver) {
    if (receiver.transport == SyslogTransport::unix_datagram) return "unix:" + receiver.host;
    const bool ipv6 = receiver.host.find(':') != std::string::npos;
    const std::string scheme = receiver.transport == SyslogTransport::udp   ? "udp://"
                               : receiver.transport == SyslogTransport::tls ? "tls://"
                                                                            : "tcp://";
    return scheme + (ipv6 ? '[' + receiver.host + ']' : receiver.host) + ':' +
           std::to_string(receiver.port);
}

}  // namespace nflogd
