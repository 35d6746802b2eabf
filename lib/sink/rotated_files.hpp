// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The rotated files of one log: the directory is the only list there is, so
/// that a restart knows what the last run left. Names that are not exactly ours
/// are neither counted nor touched.
///
/// Used by the lane's thread (rotation, retention) and by the compressor's;
/// removing a file and putting its compressed twin in its place exclude each
/// other, so that a removed file never comes back.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sink/log_directory.hpp"
#include "sink/rotated_name.hpp"

namespace nflogd::sink {

/// One rotation's records. Both forms are there only between the moment that the
/// compressed one is whole and the removal of the plain one.
struct RotatedFile {
    RotationId id;
    bool plain = false;
    bool compressed = false;
    std::uint64_t bytes = 0;  ///< of the plain form if it is there
};

class RotatedFiles {
public:
    /// `directory` outlives this. `base`: the name of the live file.
    RotatedFiles(const LogDirectory& directory, std::string base)
        : directory_(directory), base_(std::move(base)) {}

    [[nodiscard]] const LogDirectory& directory() const { return directory_; }
    [[nodiscard]] std::string name(const RotationId& id, Form form) const {
        return rotated_name(base_, id, form);
    }

    /// Oldest first. Nothing if the directory cannot be read; errno says why.
    [[nodiscard]] std::optional<std::vector<RotatedFile>> list() const;
    /// Removes what a crash during compression left: unfinished files, and plain
    /// ones whose compressed form is whole. Not while a compressor runs.
    void tidy();
    /// Gives the live file the next rotated name. Returns 0 or an errno value.
    int add(std::int64_t seconds);
    /// Returns 0 or an errno value.
    int remove(const RotationId& id);
    /// Makes the unfinished form the compressed one, unless the plain one has been
    /// removed meanwhile (ENOENT). Returns 0 or an errno value.
    int publish(const RotationId& id);

private:
    const LogDirectory& directory_;
    std::string base_;
    std::mutex names_;  ///< held while forms come and go
};

}  // namespace nflogd::sink
