// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/disk_full.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "core/log.hpp"

namespace nflogd::sink {
namespace {

constexpr std::chrono::nanoseconds kQuiet = std::chrono::minutes(1);

}  // namespace

std::optional<std::uint64_t> DiskFull::make_room(int error, std::chrono::nanoseconds now) {
    if (action_ != OnDiskFull::delete_oldest || (error != ENOSPC && error != EDQUOT)) return {};
    const auto list = files_.list();
    if (!list) return {};
    for (const RotatedFile& file : *list) {
        if (files_.remove(file.id) != 0) continue;
        if (!due_) {
            log::warning(path_ + ": the disk is full; the oldest rotated files are being deleted");
        }
        due_ = now + kQuiet;
        ++deleted_files_;
        deleted_bytes_ += file.bytes;
        return file.bytes;
    }
    finish("none is left");
    return {};
}

void DiskFull::tend(std::chrono::nanoseconds now) {
    if (due_ && now >= *due_) finish("there is room again");
}

void DiskFull::finish(const char* why) {
    if (!due_) return;
    log::warning(fmt::format("{}: {} rotated files with {} bytes were deleted on a full disk; {}",
                             path_, deleted_files_, deleted_bytes_, why));
    due_.reset();
    deleted_files_ = 0;
    deleted_bytes_ = 0;
}

}  // namespace nflogd::sink
