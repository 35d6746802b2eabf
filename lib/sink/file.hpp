// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A log file that rotates.
///
/// What it promises:
/// - The file holds whole records only. A record that the disk took in part is
///   cut off again; what a killed writer or a power cut left behind the last whole
///   one is cut off when the file is opened, with a line in the daemon's log.
/// - It never grows past rotate.size (a longer single record has a file of its
///   own), and all files together, an unfinished compressed one included, never
///   past rotate.max_total by more than one such record. Without a size, max_total
///   alone rotates at an eighth of itself. While the file cannot be renamed it
///   grows on, but for max_total, and the rename is tried again each second.
/// - A file that was moved away is written to until reopen(), one that was emptied
///   is appended to, and one that was removed is made anew before the next record,
///   in the directory that is then at its place, if the old one was removed, too.
///   After a reopen() that failed nothing is written to a file that was moved.
/// - On a full disk, with on_disk_full = delete_oldest, its own oldest rotated files
///   are deleted until there is room.
/// - Records older than `sync` are on the disk. A failed fdatasync means that
///   records are lost which the next one will not tell of: those that have been
///   reported as written are told by take_lost(). From then on until one works,
///   and always with a negative `sync`, each write is synced, and what fails is
///   taken back and reported as not written. The file is put aside and a new one
///   begun, once an hour at most, so that a failing disk does not rotate all older
///   files away.
#pragma once

#include <memory>

#include "core/options.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "sink/file_layout.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

/// The log file's directory; empty if the path names none.
[[nodiscard]] std::string directory_of(const FileOptions& options);

/// Makes it where only that is missing, as open_file() would. For processes that
/// lock themselves into it. Errors: as below.
Status make_directory_of(const FileOptions& options);

/// `clock` and `journal` (nullptr: none) outlive the sink. Errors: EX_CANTCREAT, with path and
/// remedy. The time zone is read here, for processes that lock themselves in later.
Result<std::unique_ptr<Sink>> open_file(const FileOptions& options,
                                        const Clock& clock = system_clock(),
                                        WriteJournal* journal = nullptr,
                                        Opening opening = Opening::now,
                                        const FileLayout& layout = line_layout());

}  // namespace nflogd::sink
