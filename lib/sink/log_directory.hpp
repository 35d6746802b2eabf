// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The directory of a log file and of its rotated ones. It is opened once; every
/// name in it is reached through that descriptor, so that nobody can put another
/// directory in its place while the daemon runs.
///
/// A directory in which somebody else may create or rename files is refused: he
/// could lead the daemon to any file of his choice. Refused are a symbolic link
/// (last component only), an owner other than root, ourselves or the configured
/// one, write permission for others (the sticky bit does not help), and write
/// permission for a group other than root's or our own.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "core/fd.hpp"
#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::sink {

struct LogPath {
    std::string directory;
    std::string name;
};

/// The directory ("." if none is named) and the name of the log file.
Result<LogPath> split_path(const std::string& path);

/// "PATH: REASON", with the exit code for an output that cannot be made.
[[nodiscard]] Error cannot_create(const std::string& path, const std::string& reason);

/// Any thread; every call is one system call on names in the directory, but for
/// those that take a path.
class LogDirectory {
public:
    /// None; is_gone() until move_to().
    LogDirectory() = default;
    /// Opens `path`, or makes it (0750, owner and group as configured) when only
    /// its last component is missing. Errors: EX_CANTCREAT.
    static Result<LogDirectory> open(const std::string& path, const FileOptions& options);

    [[nodiscard]] int fd() const { return fd_.get(); }
    /// Whether it has been removed, or its file system has gone.
    [[nodiscard]] bool is_gone() const;
    /// Whether `path` (links followed) leads here.
    [[nodiscard]] bool is_at(const std::string& path) const;
    /// Takes the directory that is at `path` now, under the same conditions; other
    /// threads that use this one see either. Where it fails nothing changes.
    Status move_to(const std::string& path, const FileOptions& options);
    /// Of the name itself, links are not followed.
    [[nodiscard]] std::optional<struct stat> stat(const std::string& name) const;
    /// Nothing if they cannot all be read (no descriptor left); errno says why.
    [[nodiscard]] std::optional<std::vector<std::string>> names() const;
    /// Never replaces: EEXIST when `to` is taken. Returns 0 or an errno value.
    [[nodiscard]] int rename(const std::string& from, const std::string& to) const;
    /// A name that is gone already is no error. Returns 0 or an errno value.
    int remove(const std::string& name) const;
    /// Makes created, renamed and removed names durable. Returns 0 or an errno value.
    [[nodiscard]] int sync() const;

private:
    explicit LogDirectory(Fd fd) : fd_(std::move(fd)) {}

    Fd fd_;
};

}  // namespace nflogd::sink
