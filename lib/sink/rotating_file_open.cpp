// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// RotatingFile: how the live file is opened and opened anew, and what happens
/// when it, its name or its directory is not what it was.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "core/log.hpp"
#include "sink/live_file.hpp"
#include "sink/retention.hpp"
#include "sink/rotating_file.hpp"
#include "sink/tail.hpp"

namespace nflogd::sink {

/// The file that the name leads to, somebody else having moved the old one. Where
/// that fails the old one is gone on with if it still has its name; if not, whoever
/// took it may not expect further records in it, and they wait.
Status RotatingFile::reopen() {
    if (file_.is_open()) {
        static_cast<void>(flush_or_lose());
        if (const int error = file_.settle(); error != 0) {
            log::warning(
                system_error(error, options_.path + ": cannot cut off a torn record").message);
        }
    }
    if (!directory_.is_gone() && !directory_.is_at(path_.directory)) {
        if (Status found = find_directory(); !found.ok()) {
            log::warning(found.error().message + "; going on in the directory as it was");
        }
    }
    Status opened = open_file();
    if (opened.ok()) return opened;
    if (is_named()) {
        log::warning(opened.error().message + "; going on with the file that is open");
        return {};
    }
    file_ = Appender();
    return opened;
}

/// Whether the open file is the one that its name leads to.
bool RotatingFile::is_named() const {
    if (!file_.is_open()) return false;
    const auto ours = file_.stat();
    const auto named = directory_.stat(path_.name);
    return ours && named && ours->st_ino == named->st_ino && ours->st_dev == named->st_dev;
}

Status RotatingFile::find_directory() {
    if (Status moved = directory_.move_to(path_.directory, options_); !moved.ok()) return moved;
    rotated_bytes_ = keep_newest(rotated_, options_.rotate.keep).value_or(0);
    return {};
}

Status RotatingFile::open_file() {
    if (directory_.is_gone()) {
        if (Status found = find_directory(); !found.ok()) return found;
    }
    for (;;) {
        int reason = 0;
        Result<Fd> fd = open_live(directory_, path_.name, options_, &reason);
        if (fd) return take_over(Appender(std::move(*fd)));
        if (!make_room(reason)) return fd.error();
    }
}

Status RotatingFile::take_over(Appender file) {
    const auto info = file.stat();
    if (info && journal_ != nullptr) {
        journal_->opened(info->st_ino, static_cast<std::uint64_t>(info->st_size));
    }
    const Result<std::uint64_t> removed = repair_tail(file.fd(), layout_);
    if (!info || !removed) {
        return cannot_create(options_.path, "cannot repair its end: " +
                                                (removed ? "fstat" : removed.error().message));
    }
    if (*removed > 0) {
        log::warning(
            fmt::format("{}: removed {} bytes of a torn last record", options_.path, *removed));
    }
    file_ = std::move(file);
    size_ = static_cast<std::uint64_t>(info->st_size) - *removed;
    unsynced_ = {};
    sync_due_.reset();
    const std::int64_t now = wall_seconds();
    schedule_.start(size_ == 0 ? now : std::min<std::int64_t>(now, info->st_mtim.tv_sec));
    sync_names();
    return {};
}

}  // namespace nflogd::sink
