// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Live records to any number of local readers: programs that connect to a UNIX stream
/// socket and read.
///
/// It takes every record at once, readers or none; nobody can hold the lane. All readers
/// share one ring of the newest records. One that is slower misses the oldest of them,
/// is told how many, and goes on with newer ones; where the format cannot tell, its
/// connection ends behind the last whole record. What readers send is never read.
///
/// A thread of its own accepts and sends. It sleeps while there is nothing to do.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/sink.hpp"
#include "sink/socket_reader.hpp"

namespace nflogd::sink {

/// `options.listener` does not block, and stays the caller's, open while the sink lives.
/// `head`: what every reader gets first. `text` is called by the sink's thread. `clock`
/// and `journal` (nullptr: none) outlive the sink. Error: EX_OSERR.
Result<std::unique_ptr<Sink>> make_socket(const SocketOptions& options, std::string_view head,
                                          MissedText text, const Clock& clock = system_clock(),
                                          WriteJournal* journal = nullptr);

}  // namespace nflogd::sink
