// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One record in a segment of a spool: a header of 8 bytes, little-endian, and the
/// record's bytes as they are.
///
///     u32  length of the record; the highest bit is set if it is a packet
///     u32  CRC-32 (zlib's) of the four bytes before and of the record
///
/// What is read back may be torn, damaged or somebody else's: every length is
/// checked before it is used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nflogd::sink {

inline constexpr std::size_t kFrameHeader = 8;
/// A longer record is none of ours: no event comes near it.
inline constexpr std::uint32_t kLongestFrame = 64U << 20;

void append_frame(std::string& out, std::string_view record, bool packet);

/// The frames of an open file, one after the other, through a buffer of its own.
class FrameReader {
public:
    enum class Found : std::uint8_t { frame, end, damage };

    /// Reads `fd` (which outlives this) from `offset` to `end`, in bytes.
    FrameReader(int fd, std::uint64_t offset, std::uint64_t end)
        : fd_(fd), offset_(offset), end_(end) {}

    /// `damage`: what follows offset() is no whole frame, or cannot be read.
    Found next();
    /// Of the frame found last; valid until next().
    [[nodiscard]] std::string_view record() const { return record_; }
    [[nodiscard]] bool is_packet() const { return packet_; }
    /// Behind it.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

private:
    bool load(std::size_t bytes);

    int fd_;
    std::uint64_t offset_;
    std::uint64_t end_;
    std::vector<char> buffer_;
    std::size_t start_ = 0;  ///< of what is at offset_, in the buffer
    std::size_t used_ = 0;
    std::string_view record_;
    bool packet_ = false;
};

}  // namespace nflogd::sink
