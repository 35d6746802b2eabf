// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The .nflog recording: netlink datagrams as they were received, each with the
/// time of its receipt. docs/nflog-recording.md draws the bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/fd.hpp"
#include "core/result.hpp"
#include "source/byte_order.hpp"
#include "source/file_reader.hpp"
#include "source/source.hpp"

namespace nflogd::source {

/// What is on disk.
namespace recording {

inline constexpr std::array<std::uint8_t, 8> kMagic = {0x89, 'N', 'F', 'L', 'O', 'G', '\r', '\n'};
inline constexpr std::uint32_t kByteOrderMark = 0x01020304;
inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::size_t kFrameHeadBytes = 12;
/// Above the 256 KiB that the kernel can batch.
inline constexpr std::size_t kMaxDatagram = 1 << 20;

}  // namespace recording

/// Writes a recording. One thread. After an error every later call returns that
/// error, and the file ends with its last whole frame (a pipe cannot be cut).
class RecordingWriter {
public:
    /// Creates `path` (mode 0640 less the umask), or writes to standard output
    /// for "-". EX_CANTCREAT where that fails; a file that exists is kept.
    static Result<RecordingWriter> open(const std::string& path);
    /// The same into an open descriptor; `name` is what errors call it.
    static Result<RecordingWriter> start(Fd fd, std::string name);

    /// Adds a datagram, received at `timestamp_ns` UNIX time. It reaches the
    /// file with the next flush(), or when enough of them are held. Refused:
    /// more than recording::kMaxDatagram bytes, and no bytes at time 0, which
    /// would look like a hole in the file.
    Status write(Bytes datagram, std::uint64_t timestamp_ns);
    /// Hands everything to the kernel. What was not flushed is gone with the
    /// writer.
    Status flush();

private:
    RecordingWriter(Fd fd, std::string name);
    Status fail(int errno_value, std::size_t written);
    void cut_half_frame(std::size_t written);

    Fd fd_;
    std::string name_;
    std::vector<std::uint8_t> buffer_;  ///< whole frames; never grows past its reserve
    std::optional<Error> failed_;
};

/// Reads a recording. Its datagrams are in the byte order of this host,
/// whatever machine recorded them.
class RecordingReader : public Input {
public:
    /// `head`: the first 8 bytes of a file, or all it has.
    static bool recognises(Bytes head);
    /// EX_DATAERR if the header is not one that this version reads.
    static Result<std::unique_ptr<Input>> open(FileReader file);

    Result<std::optional<Chunk>> next() override;

private:
    RecordingReader(FileReader file, ByteOrder order) : file_(std::move(file)), order_(order) {}

    FileReader file_;
    ByteOrder order_;
};

}  // namespace nflogd::source
