// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/stdout.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>

#include "sink/patience.hpp"

namespace nflogd::sink {
namespace {

constexpr std::chrono::milliseconds kPatience{100};
/// More than any packet's text; a longer event makes the store grow.
constexpr std::size_t kRemainder = 64 << 10;

struct Sent {
    std::size_t bytes = 0;
    int error = 0;  ///< errno value that stopped the rest
};

class Stdout final : public Sink {
public:
    Stdout(int fd, std::string_view head) : fd_(fd), piece_(piece_of(fd)) {
        remainder_.reserve(kRemainder);
        remainder_ = head;
    }

    Written write(const Batch& batch) override;
    std::optional<std::chrono::nanoseconds> tend() override;
    Status reopen() override { return {}; }
    Status close() override;

private:
    static std::size_t piece_of(int fd);
    Sent send(std::span<const char> bytes, std::chrono::milliseconds patience) const;
    int send_remainder(std::chrono::milliseconds patience);

    int fd_;
    std::size_t piece_;
    std::string remainder_;  ///< of the head or the last record, still to go out
};

/// What can be written after POLLOUT without blocking: all to a file, PIPE_BUF to
/// a pipe (pipe(7)).
std::size_t Stdout::piece_of(int fd) {
    struct stat info {};
    const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    return regular ? SSIZE_MAX : PIPE_BUF;
}

Sent Stdout::send(std::span<const char> bytes, std::chrono::milliseconds patience) const {
    Sent sent;
    while (sent.bytes < bytes.size()) {
        if (!wait_ready(fd_, POLLOUT, patience)) return {sent.bytes, EAGAIN};
        const std::size_t size = std::min(piece_, bytes.size() - sent.bytes);
        const ssize_t wrote = ::write(fd_, bytes.data() + sent.bytes, size);
        if (wrote > 0) {
            sent.bytes += static_cast<std::size_t>(wrote);
        } else if (wrote == 0 || (errno != EINTR && errno != EAGAIN)) {
            return {sent.bytes, wrote == 0 ? EIO : errno};
        }
    }
    return sent;
}

/// 0 when nothing remains, else an errno value.
int Stdout::send_remainder(std::chrono::milliseconds patience) {
    const Sent sent = send(remainder_, patience);
    remainder_.erase(0, sent.bytes);
    if (sent.error == EPIPE) remainder_.clear();
    return sent.error;
}

Written Stdout::write(const Batch& batch) {
    Written out;
    int error = send_remainder(kPatience);
    if (error == 0) {
        const Sent sent = send(batch.bytes, kPatience);
        error = sent.error;
        const auto behind = std::upper_bound(batch.ends.begin(), batch.ends.end(), sent.bytes);
        out.records = static_cast<std::size_t>(behind - batch.ends.begin());
        const std::size_t whole = out.records == 0 ? 0 : batch.ends[out.records - 1];
        if (sent.bytes > whole && error != EPIPE) {
            remainder_.assign(batch.bytes.data() + sent.bytes,
                              batch.ends[out.records] - sent.bytes);
            ++out.records;
        }
    }
    if (error != 0) out.status = system_error(error, "standard output", EX_IOERR);
    return out;
}

std::optional<std::chrono::nanoseconds> Stdout::tend() {
    static_cast<void>(send_remainder(std::chrono::milliseconds(0)));
    return std::nullopt;
}

Status Stdout::close() {
    const int error = send_remainder(kPatience);
    return error == 0 ? Status{} : Status(system_error(error, "standard output", EX_IOERR));
}

}  // namespace

std::unique_ptr<Sink> make_stdout(int fd, std::string_view head) {
    return std::make_unique<Stdout>(fd, head);
}

}  // namespace nflogd::sink
