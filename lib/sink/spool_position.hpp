// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// How far a spool has been read: the file "position" in its directory, 20 bytes.
/// Its lock keeps a second process out of the directory.
///
///     u64  number of the segment       u64  offset of the next frame in it
///     u32  CRC-32 of the 16 bytes before
///
/// It is written after each delivery and never synced: after a power cut it may be
/// older, and some records are delivered again.
#pragma once

#include <cstdint>

#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::sink {

struct SpoolPosition {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
};

class SpoolPositionFile {
public:
    /// Opens or makes it in `directory`, and locks it; `path` is for the message. What
    /// cannot be read is zeros.
    Status open(int directory, const std::string& path);
    [[nodiscard]] SpoolPosition read() const;
    /// What fails costs no more than records that are delivered again.
    void write(const SpoolPosition& position) const;

private:
    Fd fd_;
};

}  // namespace nflogd::sink
