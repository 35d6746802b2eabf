// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Ready syslog messages (format/syslog.hpp) to a receiver: over a UNIX datagram
/// socket, UDP (RFC 5426), or TCP (RFC 6587) with octet counting or newlines.
///
/// A record that is written is one that the kernel's socket has taken, whole. What
/// becomes of it there nobody tells: UDP may lose it, and TCP what was on its way
/// when a connection breaks. It is never sent in part: of a message that TCP had
/// taken half of when its connection broke, the whole is sent over the next one.
///
/// A message longer than SyslogOptions::max_message is cut, between two characters;
/// so is one that the socket refuses to take for its length.
///
/// A receiver that takes nothing holds a write() for Patience::kStandstill, one that
/// takes little for Patience::kAltogether. Then the write ends in an error, unless
/// the receiver has taken something: so one that is only busy suspends no lane.
#pragma once

#include <memory>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

/// `clock` and `journal` (nullptr: none) outlive the sink. Opens nothing yet: a
/// receiver that cannot be reached now is tried again at each write.
std::unique_ptr<Sink> make_syslog(const SyslogOptions& options, const Clock& clock = system_clock(),
                                  WriteJournal* journal = nullptr);

}  // namespace nflogd::sink
