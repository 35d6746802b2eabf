// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Whole records at the end of a regular file, or none: a record that the disk
/// took in part only is cut off again. Offsets are asked from the kernel each
/// time, as an external `copytruncate` may move them at any moment.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>

#include "core/fd.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

/// Records [first, last) of a batch.
struct Run {
    const Batch& batch;
    std::size_t first = 0;
    std::size_t last = 0;

    [[nodiscard]] std::uint32_t begin() const { return first == 0 ? 0 : batch.ends[first - 1]; }
    [[nodiscard]] std::uint32_t end() const { return last == 0 ? 0 : batch.ends[last - 1]; }
    [[nodiscard]] std::uint32_t bytes() const { return end() - begin(); }
};

struct Appended {
    std::size_t records = 0;  ///< whole ones that are in the file
    int error = 0;            ///< errno value that stopped the rest
};

/// One thread. Allocates nothing.
class Appender {
public:
    Appender() = default;
    /// `fd`: opened O_RDWR | O_APPEND.
    explicit Appender(Fd fd) : fd_(std::move(fd)) {}

    [[nodiscard]] bool is_open() const { return static_cast<bool>(fd_); }
    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] std::optional<struct stat> stat() const;

    /// Cuts off what take_back() could not. 0, or the errno value for which it still
    /// cannot.
    int settle();
    /// Settles, then one write(2), unless the kernel takes less than all. `journal`
    /// (may be nullptr) is told before.
    Appended append(const Run& run, WriteJournal* journal = nullptr);
    /// Cuts `bytes` off the end. What cannot be cut off now is before the next append.
    void take_back(std::uint64_t bytes);

private:
    bool tell(WriteJournal& journal, std::size_t first) const;

    Fd fd_;
    std::uint64_t excess_ = 0;  ///< bytes at the end that are to go
};

}  // namespace nflogd::sink
