// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Puts a spool on disk (spool_queue.hpp) before another sink, so that nothing is lost
/// while its receiver is away, until the spool is full.
///
/// While the other sink takes records and none wait, they go straight to it. What it
/// refuses is spooled, and so is all that comes after it: order is kept. What was
/// spooled is offered to it again after growing pauses, 50 ms to 1 s.
///
/// write() counts a record as written when the other sink or the spool has taken it;
/// spooled() tells how many of these wait. Each is delivered at least once: one may
/// come twice if the process is killed. A full spool is an error of write(), as the
/// other sink's would be without one; a spool that cannot be opened is passed by, and
/// told as a detour().
#pragma once

#include <functional>
#include <memory>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

/// Makes the sink that delivers. It tells the given journal what becomes of batches
/// that come from the lane directly, as it would without a spool.
using MakeSink = std::function<std::unique_ptr<Sink>(WriteJournal* journal)>;

/// Opens nothing yet: the lane's thread does, so that what an earlier run left may be
/// long. `clock` and `journal` (nullptr: none) outlive the sink.
std::unique_ptr<Sink> make_spooled(const SpoolOptions& options, const MakeSink& make,
                                   const Clock& clock = system_clock(),
                                   WriteJournal* journal = nullptr);

/// Makes its directory, for processes that lock themselves into it. Errors: EX_CANTCREAT.
Status make_directory_of(const SpoolOptions& options);

}  // namespace nflogd::sink
