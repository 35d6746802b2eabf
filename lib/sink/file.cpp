// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/file.hpp"

#include <ctime>

#include "sink/rotating_file.hpp"

namespace nflogd::sink {

std::string directory_of(const FileOptions& options) {
    const Result<LogPath> path = split_path(options.path);
    return path ? path->directory : std::string();
}

Status make_directory_of(const FileOptions& options) {
    Result<LogPath> path = split_path(options.path);
    if (!path) return path.error();
    Result<LogDirectory> directory = LogDirectory::open(path->directory, options);
    if (!directory) return directory.error();
    return {};
}

Result<std::unique_ptr<Sink>> open_file(const FileOptions& options, const Clock& clock,
                                        WriteJournal* journal, Opening opening,
                                        const FileLayout& layout) {
    ::tzset();
    Result<LogPath> path = split_path(options.path);
    if (!path) return path.error();
    Result<LogDirectory> directory = LogDirectory::open(path->directory, options);
    const bool wait = opening == Opening::when_possible;
    if (!directory && !wait) return directory.error();
    if (!directory) directory = LogDirectory();
    auto file = std::make_unique<RotatingFile>(options, clock, std::move(*directory),
                                               std::move(*path), journal, layout);
    if (Status started = file->start(); !started.ok() && !wait) {
        return started.error();
    }
    return std::unique_ptr<Sink>(std::move(file));
}

}  // namespace nflogd::sink
