// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Records to an open descriptor: standard output, a terminal, a pipe.
///
/// A pipe takes nothing back. When it takes a record in part only, the rest is
/// kept and goes out before anything else, so that no line is ever torn; such a
/// record counts as written. When the reader is gone (EPIPE; SIGPIPE is ignored
/// by the daemon) the rest is of no use to anybody and is forgotten.
#pragma once

#include <unistd.h>

#include <memory>
#include <string_view>

#include "sink/sink.hpp"

namespace nflogd::sink {

/// `fd` stays the caller's and open. A reader that does not read holds a write()
/// for a tenth of a second at a time, whether `fd` blocks or not.
/// `head` goes out before all else.
std::unique_ptr<Sink> make_stdout(int fd = STDOUT_FILENO, std::string_view head = {});

}  // namespace nflogd::sink
