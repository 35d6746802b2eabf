// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// RotatingFile: when records go to the disk, and what a failure means.
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

}  // namespace

/// fdatasync, if there is anything to sync. 0 or an errno value.
int RotatingFile::flush() {
    if (options_.sync.count() == 0 || unsynced_ == 0) return 0;
    const std::uint64_t bytes = std::exchange(unsynced_, 0);
    sync_due_.reset();
    const int error = ::fdatasync(file_.fd()) == 0 ? 0 : errno;
    if (options_.sync.count() > 0) tell_sync(error, bytes);
    return error;
}

void RotatingFile::tell_sync(int error, std::uint64_t bytes) {
    if (error != 0) {
        doubtful_ += bytes;
        if (!sync_failing_) {
            log::warning(fmt::format("{}: fdatasync: {}; {} bytes may be missing on the disk",
                                     options_.path, std::strerror(error), bytes));
        }
    } else if (sync_failing_) {
        log::warning(fmt::format(
            "{}: fdatasync works again; {} bytes written before may be missing on the disk",
            options_.path, std::exchange(doubtful_, 0)));
    }
    sync_failing_ = error != 0;
}

void RotatingFile::sync_if_due() {
    if (unsynced_ == 0 || options_.sync.count() <= 0) return;
    const Nanoseconds now = clock_.monotonic();
    if (!sync_due_) sync_due_ = now + options_.sync;
    if (now >= *sync_due_ && flush() != 0) put_aside();
}

/// For a `sync` after each write: what may not be on the disk was not written.
Status RotatingFile::sync_or_take_back(const Run& run) {
    if (options_.sync.count() >= 0) return {};
    const int error = flush();
    if (error == 0) return {};
    file_.take_back(run.bytes());
    size_ -= run.bytes();
    if (journal_ != nullptr) journal_->wrote(run.first);
    put_aside();
    return system_error(error, options_.path + ": fdatasync", EX_IOERR);
}

/// Goes on in a new file.
void RotatingFile::put_aside() {
    const Nanoseconds now = clock_.monotonic();
    if (size_ == 0 || (put_aside_ && now - *put_aside_ < kPutAsideEvery)) return;
    put_aside_ = now;
    if (Status rotated = rotate(); !rotated.ok()) log::warning(rotated.error().message);
}

}  // namespace nflogd::sink
