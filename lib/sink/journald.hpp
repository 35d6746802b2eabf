// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Records to systemd-journald, each a datagram of its native protocol, as the format
/// (format/journald.hpp) wrote it.
///
/// sd_journal_sendv() would block while the journal is busy, and drop without a word
/// while there is none.
#pragma once

#include <memory>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

/// `clock` and `journal` (nullptr: none) outlive the sink. Nothing is opened yet.
std::unique_ptr<Sink> make_journald(const JournaldOptions& options, const Clock& clock,
                                    WriteJournal* journal);

/// Its address, for messages and as the base of the two.
[[nodiscard]] SyslogReceiver receiver_of(const JournaldOptions& options);

}  // namespace nflogd::sink
