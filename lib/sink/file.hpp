// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A log file that rotates, for formats whose every record ends in a newline and
/// holds no other (not for pcap).
///
/// What it promises:
/// - The file holds whole records only. A record that the disk took in part is
///   cut off again; what a killed writer or a power cut left behind the last
///   newline is cut off when the file is opened, with a line in the daemon's log.
/// - It never grows past rotate.size (a longer single record has a file of its
///   own), and all files together never past rotate.max_total by more than one
///   such record. Without a size, max_total alone rotates at an eighth of itself.
///   While the file cannot be renamed it grows on, but for max_total, and the
///   rename is tried again each second.
/// - A file that was moved away is written to until reopen(); one that was removed
///   is made anew before the next record; one that was emptied is appended to.
/// - Records older than `sync` are on the disk. A failed fdatasync means that
///   records are lost which the next one will not tell of. With a negative `sync`
///   those of that write are taken back and reported as not written; otherwise
///   they have been reported as written, and a warning says how many bytes may be
///   missing: one when it begins to fail, one with the sum when it works again.
///   Either way the file is put aside and a new one begun, once an hour at most,
///   so that a failing disk does not rotate all older files away.
#pragma once

#include <memory>

#include "core/options.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

/// Makes the log file's directory where only that is missing, as open_file()
/// would; returns it. For processes that lock themselves into it. Errors: as below.
Result<std::string> make_directory_of(const FileOptions& options);

/// `clock` and `journal` (nullptr: none) outlive the sink. Errors: EX_CANTCREAT, with path and
/// remedy. The time zone is read here, for processes that lock themselves in later.
Result<std::unique_ptr<Sink>> open_file(const FileOptions& options,
                                        const Clock& clock = system_clock(),
                                        WriteJournal* journal = nullptr);

}  // namespace nflogd::sink
