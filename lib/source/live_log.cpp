// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/live_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "source/log_parts.hpp"

namespace nflogd::source {
namespace {

/// Enough of a record to know it again.
constexpr std::size_t kRemembered = 512;
constexpr std::uint64_t kNoEnd = std::numeric_limits<off_t>::max();

std::optional<struct stat> status_of(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? std::optional(status) : std::nullopt;
}

std::uint64_t size_of(int fd) {
    const auto status = status_of(fd);
    return status ? static_cast<std::uint64_t>(status->st_size) : 0;
}

bool is_same_file(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Behind the last newline before `size`.
std::uint64_t end_of_lines(int fd, std::uint64_t size) {
    std::string chunk(64 << 10, '\0');
    while (size > 0) {
        const std::size_t length = std::min<std::size_t>(chunk.size(), size);
        const ssize_t got = ::pread(fd, chunk.data(), length, static_cast<off_t>(size - length));
        if (got < 0 || static_cast<std::size_t>(got) != length) return 0;
        const std::size_t newline = std::string_view(chunk.data(), length).rfind('\n');
        if (newline != std::string_view::npos) return size - length + newline + 1;
        size -= length;
    }
    return 0;
}

/// Of its first line, 0 if that tells none.
std::uint64_t first_time(int fd) {
    std::string head(kRemembered, '\0');
    const ssize_t got = ::pread(fd, head.data(), head.size(), 0);
    if (got <= 0) return 0;
    return time_of_line(std::string_view(head).substr(0, static_cast<std::size_t>(got)));
}

}  // namespace

Result<LiveLog> LiveLog::open(const std::string& path) {
    auto fd = open_for_reading(path);
    if (!fd) return fd.error();
    const auto status = status_of(fd->get());
    if (!status || !S_ISREG(status->st_mode)) {
        return Error{path + ": not a file that can be followed", EX_DATAERR};
    }
    LiveLog log(std::move(*fd), path);
    log.end_ = end_of_lines(log.file_.get(), static_cast<std::uint64_t>(status->st_size));
    log.read_from(log.end_);
    if (log.end_ > 0) {
        const std::uint64_t begin = log.end_ - std::min<std::uint64_t>(kRemembered, log.end_);
        std::string tail(log.end_ - begin, '\0');
        const ssize_t got =
            ::pread(log.file_.get(), tail.data(), tail.size(), static_cast<off_t>(begin));
        if (got == static_cast<ssize_t>(tail.size())) log.last_ = tail;
    }
    return log;
}

void LiveLog::read_from(std::uint64_t begin) {
    const Fd& from = copy_ ? copy_ : file_;
    lines_ = std::make_unique<LineBlocks>(range_stream(from.get(), path_, begin, kNoEnd));
    read_ = begin;
}

void LiveLog::remember(std::string_view block) {
    read_ += block.size();
    last_ = block.substr(block.size() - std::min(block.size(), kRemembered));
}

bool LiveLog::lost() { return std::exchange(lost_, false); }

/// Also when it has grown past where we are again: then it is not what we read.
bool LiveLog::was_truncated() const {
    if (read_ == 0) return false;
    if (size_of(file_.get()) < read_) return true;
    std::string there(last_.size(), '\0');
    const auto at = static_cast<off_t>(read_ - there.size());
    const ssize_t got = ::pread(file_.get(), there.data(), there.size(), at);
    return got >= 0 && (static_cast<std::size_t>(got) != there.size() || there != last_);
}

/// The file that has our name now, once there is something in it.
Fd LiveLog::successor() const {
    Fd named(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!named) return {};
    const auto theirs = status_of(named.get());
    const auto ours = status_of(file_.get());
    if (!theirs || !ours || is_same_file(*theirs, *ours)) return {};
    return S_ISREG(theirs->st_mode) && theirs->st_size > 0 ? std::move(named) : Fd();
}

/// Those that had our name between this file and its successor, but were rotated away
/// before anybody looked. Oldest first.
std::deque<std::string> LiveLog::skipped() const {
    std::deque<std::string> paths;
    std::vector<Error> faults;
    const std::uint64_t ours = first_time(file_.get());
    const std::uint64_t theirs = first_time(next_file_.get());
    const auto parts = log_parts(path_, faults);
    if (!parts || ours == 0) return paths;
    for (const LogPart& part : *parts) {
        if (!part.live && part.first_ns > ours && part.first_ns < theirs) {
            paths.push_back(part.path);
        }
    }
    return paths;
}

/// It may have been compressed since it was found.
void LiveLog::read_skipped() {
    const std::string path = std::move(skipped_.front());
    skipped_.pop_front();
    auto stream = open_stream(path);
    if (!stream) stream = open_stream(path + ".zst");
    if (stream) {
        lines_ = std::make_unique<LineBlocks>(std::move(*stream));
    } else {
        lost_ = true;
    }
}

/// Whether a file made by rotation holds what we have read, and so what came behind it.
bool LiveLog::find_copy() {
    std::vector<Error> faults;
    const auto parts = log_parts(path_, faults);
    if (!parts || last_.empty()) return false;
    for (auto part = parts->rbegin(); part != parts->rend(); ++part) {
        if (part->live) continue;
        Fd copy(::open(part->path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        if (!copy) continue;
        std::string there(last_.size(), '\0');
        const auto at = static_cast<off_t>(read_ - there.size());
        if (::pread(copy.get(), there.data(), there.size(), at) !=
                static_cast<ssize_t>(there.size()) ||
            there != last_) {
            continue;
        }
        copy_ = std::move(copy);
        return true;
    }
    return false;
}

Result<std::optional<std::string_view>> LiveLog::next() {
    for (;;) {
        if (!copy_ && !next_file_ && was_truncated()) {
            const std::uint64_t read = read_;
            if (find_copy()) {
                read_from(read);
            } else {
                lost_ = true;
                read_from(0);
            }
        }
        auto block = lines_->next();
        if (!block) return block;
        if (*block) {
            remember(**block);
            return block;
        }
        if (copy_) {
            copy_ = Fd();
            read_from(0);
        } else if (!skipped_.empty()) {
            read_skipped();
        } else if (next_file_) {
            file_ = std::move(next_file_);
            next_file_ = Fd();
            read_from(0);
        } else {
            next_file_ = successor();
            if (!next_file_) return block;
            skipped_ = skipped();
        }
    }
}

}  // namespace nflogd::source
