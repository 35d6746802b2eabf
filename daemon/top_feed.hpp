// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Where `nflogd top` gets its records: from the daemon, or from files. Each runs on a
/// thread of its own until the process ends, tells trouble to the counts, and may wait
/// in a system call for ever. All parameters outlive the call.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/fd.hpp"
#include "core/labels.hpp"
#include "core/result.hpp"
#include "top_counts.hpp"

namespace nflogd::daemon {

/// Asks the daemon behind this control socket for its records. EX_UNAVAILABLE if there
/// is none, EX_NOPERM.
Result<Fd> ask_for_records(const std::string& socket);

/// Reads them; when the daemon ends, asks again every second.
void feed_live(Fd connection, const std::string& socket, Labels& labels, TopCounts& counts);

/// Reads files, all again when the filter changes; a single log that is not compressed is
/// followed. True in `done` when their end was reached for the first time.
void feed_files(const std::vector<std::string>& paths, const config::Config& config, Labels& labels,
                TopCounts& counts, std::atomic<bool>& done);

}  // namespace nflogd::daemon
