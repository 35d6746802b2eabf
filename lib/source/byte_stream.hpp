// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Bytes of a file as they were before it was compressed: zstd (RFC 8878), gzip
/// (RFC 1952), or as they are. Seen from its first bytes, not from its name. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::source {

class ByteStream {
public:
    virtual ~ByteStream() = default;
    /// Fills the start of `out`, which is not empty, and returns how many bytes; 0 at the
    /// end. EX_DATAERR, with the file's name, where a compressed file is damaged or cut;
    /// what came before was good.
    virtual Result<std::size_t> read(std::span<char> out) = 0;
};

/// Reads `fd` from where it stands; waits for a pipe's bytes. `name` is for errors.
Result<std::unique_ptr<ByteStream>> open_stream(Fd fd, std::string name);
/// From the start of the file at `path`, which may be a link.
Result<std::unique_ptr<ByteStream>> open_stream(const std::string& path);

/// The bytes from `begin` to `end` of a regular file, or to its end if that comes first.
/// `fd` outlives it; its position is left alone.
std::unique_ptr<ByteStream> range_stream(int fd, std::string name, std::uint64_t begin,
                                         std::uint64_t end);

/// Opens a file, a FIFO or, for "-", standard input, for reading. EX_DATAERR, with
/// its name, if that fails or it is a directory.
Result<Fd> open_for_reading(const std::string& path);

/// read(2) until there is something; 0 at the end, else -1 and errno.
std::int64_t read_fd(int fd, std::span<char> out);

}  // namespace nflogd::source
