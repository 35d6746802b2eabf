// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/rotating_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/log.hpp"
#include "sink/live_file.hpp"
#include "sink/retention.hpp"
#include "sink/tail.hpp"

namespace nflogd::sink {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr auto kRenameAgain = 1s;

/// The size to rotate at; 0: none.
std::uint64_t size_limit(const RotateOptions& rotate) {
    constexpr std::uint64_t kFilesPerTotal = 8;
    if (rotate.max_total == 0) return rotate.size;
    if (rotate.size == 0) return std::max<std::uint64_t>(1, rotate.max_total / kFilesPerTotal);
    return std::min(rotate.size, rotate.max_total);
}

}  // namespace

RotatingFile::RotatingFile(const FileOptions& options, const Clock& clock, LogDirectory directory,
                           const std::string& name, WriteJournal* journal)
    : options_(options),
      clock_(clock),
      directory_(std::move(directory)),
      name_(name),
      journal_(journal),
      limit_(size_limit(options.rotate)),
      rotated_(directory_, name),
      schedule_(options.rotate.interval),
      compressor_(rotated_) {}

Status RotatingFile::start() {
    rotated_.tidy();
    rotated_bytes_ = keep_newest(rotated_, options_.rotate.keep).value_or(0);
    if (Status opened = open_file(); !opened.ok()) return opened;
    const std::uint64_t total = options_.rotate.max_total;
    if (total > 0) {
        rotated_bytes_ = shrink(rotated_, total - std::min(total, size_)).value_or(rotated_bytes_);
    }
    if (Status space = check_space(file_.fd(), options_.path); !space.ok()) return space;
    compress_plain();
    return {};
}

Written RotatingFile::write(const Batch& batch) {
    Written out;
    while (out.status.ok() && out.records < batch.ends.size()) {
        out.status = write_run(batch, out.records);
    }
    sync_if_due();
    return out;
}

std::optional<std::chrono::nanoseconds> RotatingFile::tend() {
    sync_if_due();
    rotate_if_due();
    const std::optional<Nanoseconds> rotation = next_rotation();
    if (!rotation || !sync_due_) return rotation ? rotation : sync_due_;
    return std::min(*rotation, *sync_due_);
}

Status RotatingFile::reopen() {
    if (file_.is_open()) {
        static_cast<void>(flush());
        file_.settle();
    }
    return open_file();
}

Status RotatingFile::close() {
    compressor_.stop();
    if (!file_.is_open()) return {};
    file_.settle();
    const int error = flush();
    file_ = Appender();
    return error == 0 ? Status{} : Status(system_error(error, options_.path + ": fdatasync"));
}

/// Writes records from `done` on, as many as one file takes, and moves `done`.
Status RotatingFile::write_run(const Batch& batch, std::size_t& done) {
    const Run next{batch, done, done + 1};
    if (Status ready = prepare(next.bytes()); !ready.ok()) return ready;
    const Run run = fit(batch, done);
    if (Status room = keep_below_total(run.bytes()); !room.ok()) return room;
    const Appended out = file_.append(run, journal_);
    const Run whole{batch, done, done + out.records};
    size_ += whole.bytes();
    unsynced_ += whole.bytes();
    if (Status synced = sync_or_take_back(whole); !synced.ok()) return synced;
    done += out.records;
    if (journal_ != nullptr) journal_->wrote(done);
    return out.error == 0 ? Status{} : Status(system_error(out.error, options_.path, EX_IOERR));
}

/// Sees to it that the live file is open, ours to append to, and not overdue.
Status RotatingFile::prepare(std::uint64_t next_record) {
    if (Status there = look(); !there.ok()) return there;
    const bool overdue = schedule_.due(wall_seconds());
    if (size_ == 0) {
        if (overdue) schedule_.start(wall_seconds());
        return {};
    }
    return overdue || too_long(next_record) ? rotate() : Status{};
}

Status RotatingFile::look() {
    if (file_.is_open()) {
        const auto info = file_.stat();
        if (info && info->st_nlink > 0) {
            size_ = static_cast<std::uint64_t>(info->st_size);
            return {};
        }
        log::warning(options_.path + ": was removed by somebody; making a new one");
        file_ = Appender();
        unsynced_ = 0;
        sync_due_.reset();
    }
    return open_file();
}

bool RotatingFile::too_long(std::uint64_t more) const {
    return limit_ > 0 && size_ + more > limit_;
}

/// As many records as go below the size limit, but at least one.
Run RotatingFile::fit(const Batch& batch, std::size_t first) const {
    if (limit_ == 0 || stuck_) return {batch, first, batch.ends.size()};
    const Run none{batch, first, first};
    const std::uint64_t room = limit_ - std::min(limit_, size_);
    const auto ends = batch.ends.subspan(first);
    const auto behind = std::upper_bound(ends.begin(), ends.end(), none.begin() + room);
    const auto count = static_cast<std::size_t>(behind - ends.begin());
    return {batch, first, first + std::max<std::size_t>(1, count)};
}

Status RotatingFile::keep_below_total(std::uint64_t more) {
    const std::uint64_t total = options_.rotate.max_total;
    const std::uint64_t live = size_ + more;
    if (total == 0 || rotated_bytes_ + live <= total) return {};
    rotated_bytes_ = shrink(rotated_, total - std::min(total, live)).value_or(rotated_bytes_);
    const bool one_long_record = size_ == 0 && rotated_bytes_ == 0;
    if (one_long_record || rotated_bytes_ + live <= total) return {};
    return Error{options_.path + ": max_total is reached, and older files cannot be removed",
                 EX_CANTCREAT};
}

Status RotatingFile::open_file() {
    Result<Fd> fd = open_live(directory_, name_, options_);
    if (!fd) return fd.error();
    Appender file(std::move(*fd));
    const auto info = file.stat();
    if (info && journal_ != nullptr) {
        journal_->opened(info->st_ino, static_cast<std::uint64_t>(info->st_size));
    }
    const Result<std::uint64_t> removed = repair_tail(file.fd());
    if (!info || !removed) {
        return cannot_create(options_.path, "cannot repair its last line: " +
                                                (removed ? "fstat" : removed.error().message));
    }
    if (*removed > 0) {
        log::warning(
            fmt::format("{}: removed {} bytes of a torn last line", options_.path, *removed));
    }
    file_ = std::move(file);
    size_ = static_cast<std::uint64_t>(info->st_size) - *removed;
    unsynced_ = 0;
    sync_due_.reset();
    const std::int64_t now = wall_seconds();
    schedule_.start(size_ == 0 ? now : std::min<std::int64_t>(now, info->st_mtim.tv_sec));
    if (options_.sync.count() != 0) static_cast<void>(directory_.sync());
    return {};
}

/// Puts the live file among the rotated ones and opens a new one. Where it cannot
/// be renamed it stays the live file, and that is no error.
Status RotatingFile::rotate() {
    if (stuck_ && clock_.monotonic() < rename_again_) return {};
    static_cast<void>(flush());
    file_.settle();
    if (const int error = rename_away(); error != 0) {
        rename_failed(error);
        return {};
    }
    stuck_ = false;
    file_ = Appender();
    rotated_bytes_ += size_;
    Status opened = open_file();
    rotated_bytes_ = keep_newest(rotated_, options_.rotate.keep).value_or(rotated_bytes_);
    if (options_.rotate.compress) compressor_.wake();
    return opened;
}

/// Renames the live file, unless somebody else has done so. 0 or an errno value.
int RotatingFile::rename_away() {
    const auto ours = file_.stat();
    const auto named = directory_.stat(name_);
    const bool ours_is_named =
        ours && named && ours->st_ino == named->st_ino && ours->st_dev == named->st_dev;
    return ours_is_named ? rotated_.add(wall_seconds()) : 0;
}

void RotatingFile::rename_failed(int error) {
    if (!stuck_) {
        log::warning(
            fmt::format("{}: cannot rotate: {}; it grows on", options_.path, std::strerror(error)));
    }
    stuck_ = true;
    rename_again_ = clock_.monotonic() + kRenameAgain;
}

void RotatingFile::rotate_if_due() {
    if (!file_.is_open() || !schedule_.due(wall_seconds())) return;
    if (Status ready = prepare(0); !ready.ok()) log::warning(ready.error().message);
}

void RotatingFile::compress_plain() {
    if (!options_.rotate.compress) return;
    const auto list = rotated_.list();
    if (!list) return;
    const auto plain = [](const RotatedFile& file) { return file.plain; };
    if (std::any_of(list->begin(), list->end(), plain)) compressor_.wake();
}

std::int64_t RotatingFile::wall_seconds() const {
    return static_cast<std::int64_t>(clock_.wall_ns()) / kNanosecondsPerSecond;
}

std::optional<std::chrono::nanoseconds> RotatingFile::next_rotation() const {
    if (!schedule_.enabled() || !file_.is_open()) return std::nullopt;
    if (stuck_) return rename_again_;
    const auto wall = static_cast<std::int64_t>(clock_.wall_ns());
    const std::int64_t wait = schedule_.next() * kNanosecondsPerSecond - wall;
    return clock_.monotonic() + Nanoseconds(std::max<std::int64_t>(0, wait));
}

}  // namespace nflogd::sink
