// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "source/recording.hpp"

namespace nflogd::source {

using namespace recording;

namespace {

/// A datagram may find the buffer one byte below this.
constexpr std::size_t kFlushAt = 256 << 10;

template <typename T>
void append(std::vector<std::uint8_t>& buffer, T value) {
    const std::size_t at = buffer.size();
    buffer.resize(at + sizeof value);
    std::memcpy(buffer.data() + at, &value, sizeof value);
}

/// Writes all of it. 0 or an errno value; `written` tells how far it came.
int write_all(int fd, Bytes bytes, std::size_t& written) {
    while (written < bytes.size()) {
        const ssize_t count = ::write(fd, bytes.data() + written, bytes.size() - written);
        if (count >= 0) {
            written += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            pollfd ready{fd, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

/// The end of the last whole frame among the first `count` bytes of `frames`.
std::size_t whole_frames(Bytes frames, std::size_t count) {
    std::size_t end = 0;
    std::uint32_t length = 0;
    while (end + kFrameHeadBytes <= count) {
        std::memcpy(&length, frames.data() + end, sizeof length);
        if (end + kFrameHeadBytes + length > count) break;
        end += kFrameHeadBytes + length;
    }
    return end;
}

}  // namespace

RecordingWriter::RecordingWriter(Fd fd, std::string name)
    : fd_(std::move(fd)), name_(std::move(name)) {
    buffer_.reserve(kFlushAt + kFrameHeadBytes + kMaxDatagram);
}

Result<RecordingWriter> RecordingWriter::open(const std::string& path) {
    if (path == "-") {
        Fd fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
        if (!fd) return system_error(errno, "standard output", EX_CANTCREAT);
        return start(std::move(fd), "standard output");
    }
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!fd && errno == EEXIST) {
        return Error{path + ": exists already, and a recording never overwrites a file",
                     EX_CANTCREAT};
    }
    if (!fd) return system_error(errno, path, EX_CANTCREAT);
    auto writer = start(std::move(fd), path);
    if (!writer) ::unlink(path.c_str());
    return writer;
}

Result<RecordingWriter> RecordingWriter::start(Fd fd, std::string name) {
    RecordingWriter writer(std::move(fd), std::move(name));
    std::vector<std::uint8_t> header(kMagic.begin(), kMagic.end());
    append(header, kByteOrderMark);
    append(header, kVersion);
    append(header, std::uint16_t{0});
    std::size_t written = 0;
    if (const int error = write_all(writer.fd_.get(), header, written); error != 0) {
        return system_error(error, writer.name_, EX_CANTCREAT);
    }
    return writer;
}

Status RecordingWriter::write(Bytes datagram, std::uint64_t timestamp_ns) {
    if (failed_) return *failed_;
    if (datagram.size() > kMaxDatagram || (datagram.empty() && timestamp_ns == 0)) {
        return Error{
            fmt::format("{}: a datagram of {} bytes, received at {} ns, cannot be recorded", name_,
                        datagram.size(), timestamp_ns),
            EX_SOFTWARE};
    }
    append(buffer_, static_cast<std::uint32_t>(datagram.size()));
    append(buffer_, timestamp_ns);
    buffer_.insert(buffer_.end(), datagram.begin(), datagram.end());
    return buffer_.size() < kFlushAt ? Status{} : flush();
}

Status RecordingWriter::flush() {
    if (failed_) return *failed_;
    std::size_t written = 0;
    if (const int error = write_all(fd_.get(), buffer_, written); error != 0) {
        return fail(error, written);
    }
    buffer_.clear();
    return {};
}

Status RecordingWriter::fail(int errno_value, std::size_t written) {
    failed_ = system_error(errno_value, name_);
    cut_half_frame(written);
    buffer_.clear();
    return *failed_;
}

/// Only where our bytes are the last ones of a regular file. If it fails, the
/// reader tells of a frame that is cut short.
void RecordingWriter::cut_half_frame(std::size_t written) {
    const std::size_t half = written - whole_frames(buffer_, written);
    struct stat status {};
    if (half == 0 || ::fstat(fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    const off_t end = ::lseek(fd_.get(), 0, SEEK_CUR);
    if (end != status.st_size) return;
    if (::ftruncate(fd_.get(), end - static_cast<off_t>(half)) != 0) {
        failed_->message += ", and the last frame is cut short";
    }
}

}  // namespace nflogd::source
