// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/appender.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace nflogd::sink {
namespace {

/// Writes until all is out or the kernel refuses; `error` then says why.
std::size_t write_all(int fd, std::span<const char> bytes, int& error) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t wrote = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (wrote > 0) {
            done += static_cast<std::size_t>(wrote);
        } else if (wrote == 0 || errno != EINTR) {
            error = wrote == 0 ? EIO : errno;
            break;
        }
    }
    return done;
}

/// How many records of the run end within its first `bytes` bytes.
std::size_t whole_records(const Run& run, std::size_t bytes) {
    const auto ends = run.batch.ends.subspan(run.first, run.last - run.first);
    const auto behind = std::upper_bound(ends.begin(), ends.end(), run.begin() + bytes);
    return static_cast<std::size_t>(behind - ends.begin());
}

}  // namespace

std::optional<struct stat> Appender::stat() const {
    struct stat info {};
    if (::fstat(fd(), &info) != 0) return std::nullopt;
    return info;
}

int Appender::settle() {
    if (excess_ == 0) return 0;
    const auto info = stat();
    if (!info) return errno;
    const off_t keep = std::max<off_t>(0, info->st_size - static_cast<off_t>(excess_));
    if (::ftruncate(fd(), keep) != 0) return errno;
    excess_ = 0;
    return 0;
}

bool Appender::tell(WriteJournal& journal, std::size_t first) const {
    const auto info = stat();
    if (info)
        journal.about_to_write(info->st_ino, static_cast<std::uint64_t>(info->st_size), first);
    return info.has_value();
}

Appended Appender::append(const Run& run, WriteJournal* journal) {
    if (const int error = settle(); error != 0) return {0, error};
    if (journal != nullptr && !tell(*journal, run.first)) return {0, errno};
    Appended out;
    const std::size_t done =
        write_all(fd(), run.batch.bytes.subspan(run.begin(), run.bytes()), out.error);
    out.records = whole_records(run, done);
    const Run whole{run.batch, run.first, run.first + out.records};
    if (done > whole.bytes()) take_back(done - whole.bytes());
    return out;
}

void Appender::take_back(std::uint64_t bytes) {
    excess_ += bytes;
    settle();
}

}  // namespace nflogd::sink
