// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/rotating_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/log.hpp"
#include "sink/live_file.hpp"
#include "sink/retention.hpp"

namespace nflogd::sink {
namespace {

/// The file's share of max_total, where no size is given.
constexpr std::uint64_t kFilesPerTotal = 8;

std::uint64_t wanted_size(const RotateOptions& rotate) {
    if (rotate.max_total == 0) return rotate.size;
    if (rotate.size == 0) return std::max<std::uint64_t>(1, rotate.max_total / kFilesPerTotal);
    return std::min(rotate.size, rotate.max_total);
}

/// While a file is compressed both of its forms are there. This much of max_total
/// is never used but for the second one.
std::uint64_t archive_room(const RotateOptions& rotate) {
    constexpr std::uint64_t kOfFile = 4;
    constexpr std::uint64_t kOfTotal = 16;
    if (rotate.max_total == 0 || !rotate.compress) return 0;
    return std::min(wanted_size(rotate) / kOfFile, rotate.max_total / kOfTotal);
}

/// The size to rotate at; 0: none.
std::uint64_t size_limit(const RotateOptions& rotate) {
    if (rotate.max_total == 0) return rotate.size;
    return std::min(wanted_size(rotate), rotate.max_total - archive_room(rotate));
}

}  // namespace

RotatingFile::RotatingFile(const FileOptions& options, const Clock& clock, LogDirectory directory,
                           LogPath path, WriteJournal* journal, const FileLayout& layout)
    : options_(options),
      clock_(clock),
      directory_(std::move(directory)),
      path_(std::move(path)),
      journal_(journal),
      layout_(layout),
      archive_room_(archive_room(options.rotate)),
      limit_(size_limit(options.rotate)),
      rotated_(directory_, path_.name),
      disk_full_(options.on_disk_full, rotated_, options.path),
      schedule_(options.rotate.interval),
      compressor_(rotated_, options.rotate.max_total > 0 ? archive_room_ : Compressor::kNoLimit) {}

Status RotatingFile::start() {
    rotated_.tidy();
    rotated_bytes_ = keep_newest(rotated_, options_.rotate.keep).value_or(0);
    if (Status opened = open_file(); !opened.ok()) return opened;
    if (options_.rotate.max_total > 0) {
        rotated_bytes_ = shrink(rotated_, room_for_rotated(size_)).value_or(rotated_bytes_);
    }
    Status space = check_space(file_.fd(), options_.path);
    while (!space.ok() && make_room(ENOSPC)) space = check_space(file_.fd(), options_.path);
    if (!space.ok()) return space;
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
    disk_full_.tend(clock_.monotonic());
    std::optional<Nanoseconds> first;
    for (const auto& due : {next_rotation(), sync_due_, disk_full_.due()}) {
        if (due && (!first || *due < *first)) first = due;
    }
    return first;
}

Status RotatingFile::close() {
    compressor_.stop();
    disk_full_.finish("the file is closed");
    if (!file_.is_open()) return {};
    const int torn = file_.settle();
    const int error = flush_or_lose();
    file_ = Appender();
    if (torn != 0) return system_error(torn, options_.path + ": cannot cut off a torn record");
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
    unsynced_.bytes += whole.bytes();
    unsynced_.packets += batch.packets ? out.records : 0;
    if (Status synced = sync_or_take_back(whole); !synced.ok()) return synced;
    done += out.records;
    if (journal_ != nullptr) journal_->wrote(done);
    if (out.error == 0 || make_room(out.error)) return {};
    return system_error(out.error, options_.path, EX_IOERR);
}

/// Sees to it that the live file is open, ours to append to, and not overdue.
Status RotatingFile::prepare(std::uint64_t next_record) {
    if (Status there = look(); !there.ok()) return there;
    const bool overdue = schedule_.due(wall_seconds());
    if (is_bare()) {
        if (overdue) schedule_.start(wall_seconds());
    } else if (overdue || too_long(next_record)) {
        if (Status rotated = rotate(); !rotated.ok()) return rotated;
    }
    return begin();
}

/// The head, in a file that is new or was emptied.
Status RotatingFile::begin() {
    if (size_ > 0 || layout_.head.empty()) return {};
    const std::array ends = {static_cast<std::uint32_t>(layout_.head.size())};
    const Batch head{layout_.head, ends, false};
    for (;;) {
        const Appended out = file_.append({head, 0, 1});
        if (out.error == 0) break;
        if (!make_room(out.error)) return system_error(out.error, options_.path, EX_IOERR);
    }
    size_ = layout_.head.size();
    unsynced_.bytes += size_;
    return {};
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
        unsynced_ = {};
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

std::uint64_t RotatingFile::room_for_rotated(std::uint64_t live) const {
    const std::uint64_t usable = options_.rotate.max_total - archive_room_;
    return usable - std::min(usable, live);
}

Status RotatingFile::keep_below_total(std::uint64_t more) {
    if (options_.rotate.max_total == 0) return {};
    const std::uint64_t live = size_ + more;
    const std::uint64_t usable = options_.rotate.max_total - archive_room_;
    if (rotated_bytes_ + live <= usable) return {};
    rotated_bytes_ = shrink(rotated_, room_for_rotated(live)).value_or(rotated_bytes_);
    const bool one_long_record = is_bare() && rotated_bytes_ == 0;
    if (one_long_record || rotated_bytes_ + live <= usable) return {};
    return Error{options_.path + ": max_total is reached, and older files cannot be removed",
                 EX_CANTCREAT};
}

/// True when it is worth trying again.
bool RotatingFile::make_room(int error) {
    const auto freed = disk_full_.make_room(error, clock_.monotonic());
    if (freed) rotated_bytes_ -= std::min(rotated_bytes_, *freed);
    return freed.has_value();
}

}  // namespace nflogd::sink
