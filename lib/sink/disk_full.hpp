// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A full disk or quota, for an output whose oldest records may go to make room
/// for the newest ones (on_disk_full: delete_oldest).
///
/// The daemon's log tells when deleting begins, and how much went in all when it
/// ends: after a minute without, or when there is nothing left to delete.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/options.hpp"
#include "sink/rotated_files.hpp"

namespace nflogd::sink {

/// Lane's thread.
class DiskFull {
public:
    /// `files` outlives this. `path`: of the live file, for messages.
    DiskFull(OnDiskFull action, RotatedFiles& files, std::string path)
        : action_(action), files_(files), path_(std::move(path)) {}

    /// Deletes the oldest rotated file, if that is wanted and `error` (an errno
    /// value) says that there is no room. Returns its bytes: it is worth trying
    /// again; nothing: it is not.
    std::optional<std::uint64_t> make_room(int error, std::chrono::nanoseconds now);

    /// When tend() wants to be called again, in Clock::monotonic() time.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> due() const { return due_; }
    void tend(std::chrono::nanoseconds now);
    /// Ends what has begun, with its sums.
    void finish(const char* why);

private:
    OnDiskFull action_;
    RotatedFiles& files_;
    std::string path_;
    std::uint64_t deleted_files_ = 0;  ///< since it began
    std::uint64_t deleted_bytes_ = 0;
    std::optional<std::chrono::nanoseconds> due_;  ///< set while deleting
};

}  // namespace nflogd::sink
