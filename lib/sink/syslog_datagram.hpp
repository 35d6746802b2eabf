// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One datagram a syslog message. What is too long for the receiver's socket is cut.
#pragma once

#include "sink/datagrams.hpp"

namespace nflogd::sink {

class SyslogDatagram final : public Datagrams {
public:
    SyslogDatagram(const SyslogOptions& options, const Clock& clock, WriteJournal* journal)
        : Datagrams(options.receiver, clock, journal), longest_(options.max_message) {}

private:
    [[nodiscard]] std::string_view datagram(const Batch& batch, std::size_t record) const override;
    int too_long(const Batch& batch, std::size_t& records) override;

    std::size_t longest_;  ///< bytes of a message
};

}  // namespace nflogd::sink
