// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// RotatingFile: when records go to the disk, and what a failure means.
///
/// After an fdatasync that failed the kernel may have forgotten that these pages
/// were never written, and the next one succeeds whatever became of them. So what
/// a failed one was to make durable is lost, and only what is written later can be
/// believed in again.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/log.hpp"
#include "sink/rotating_file.hpp"

namespace nflogd::sink {
namespace {

using namespace std::chrono_literals;

constexpr auto kPutAsideEvery = 1h;

int sync_data(int fd) {
    int done = 0;
    do {
        done = ::fdatasync(fd);
    } while (done != 0 && errno == EINTR);
    return done == 0 ? 0 : errno;
}

}  // namespace

/// Records in a file whose name is not durable are not durable either. Not every
/// file system can sync a directory.
void RotatingFile::sync_names() {
    if (options_.sync.count() == 0) return;
    const int error = directory_.sync();
    names_unsynced_ = error != 0 && error != EINVAL && error != EOPNOTSUPP;
}

/// fdatasync, if there is anything to sync. 0 or an errno value.
int RotatingFile::flush() {
    if (options_.sync.count() == 0 || unsynced_.bytes == 0) return 0;
    sync_due_.reset();
    if (const int error = sync_data(file_.fd()); error != 0) return error;
    if (names_unsynced_) sync_names();
    if (names_unsynced_) return EIO;
    unsynced_ = {};
    if (std::exchange(in_doubt_, false)) {
        log::info(options_.path + ": fdatasync works again");
    }
    return 0;
}

/// For records that have been reported as written.
int RotatingFile::flush_or_lose() {
    const int error = flush();
    if (error != 0) lose(error);
    return error;
}

void RotatingFile::lose(int error) {
    log::warning(fmt::format(
        "{}: fdatasync: {}; {} packets in {} bytes may be missing on the disk and count as failed",
        options_.path, std::strerror(error), unsynced_.packets, unsynced_.bytes));
    lost_ += unsynced_.packets;
    unsynced_ = {};
    in_doubt_ = options_.sync.count() > 0;
}

Status RotatingFile::sync() {
    if (!file_.is_open()) return {};
    const int error = flush_or_lose();
    return error == 0 ? Status{} : Status(system_error(error, options_.path + ": fdatasync"));
}

void RotatingFile::sync_if_due() {
    if (unsynced_.bytes == 0 || options_.sync.count() <= 0) return;
    const Nanoseconds now = clock_.monotonic();
    if (!sync_due_) sync_due_ = now + options_.sync;
    if (now >= *sync_due_ && flush_or_lose() != 0) put_aside();
}

/// For a sync after each write: what may not be on the disk was not written.
Status RotatingFile::sync_or_take_back(const Run& run) {
    if (options_.sync.count() >= 0 && !in_doubt_) return {};
    const int error = flush();
    if (error == 0) return {};
    file_.take_back(run.bytes());
    size_ -= run.bytes();
    unsynced_ = {};
    if (journal_ != nullptr) journal_->wrote(run.first);
    put_aside();
    return system_error(error, options_.path + ": fdatasync", EX_IOERR);
}

/// Goes on in a new file.
void RotatingFile::put_aside() {
    const Nanoseconds now = clock_.monotonic();
    if (is_bare() || (put_aside_ && now - *put_aside_ < kPutAsideEvery)) return;
    put_aside_ = now;
    if (Status rotated = rotate(); !rotated.ok()) log::warning(rotated.error().message);
}

}  // namespace nflogd::sink
