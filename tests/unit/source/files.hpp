// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Files for a test, made byte by byte, and input read to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "source/source.hpp"

namespace nflogd::source {

using Buffer = std::vector<std::uint8_t>;

/// A directory that goes away with its owner.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string path(const std::string& name) const { return root_ / name; }
    /// Writes a file and returns its path.
    [[nodiscard]] std::string file(const std::string& name, Bytes content) const;

private:
    std::filesystem::path root_;
};

Buffer read_file(const std::string& path);

/// Integers in one of the two byte orders, whatever this host has.
struct Writer {
    bool big_endian = false;
    Buffer bytes;

    Writer& u16(std::uint16_t value) { return integer(value, 2); }
    Writer& u32(std::uint32_t value) { return integer(value, 4); }
    Writer& u64(std::uint64_t value) { return integer(value, 8); }
    Writer& raw(Bytes more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
        return *this;
    }

private:
    Writer& integer(std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            const unsigned shift = 8 * (big_endian ? size - 1 - i : i);
            bytes.push_back(static_cast<std::uint8_t>(value >> shift));
        }
        return *this;
    }
};

/// A chunk that owns its bytes.
struct OwnedChunk {
    Buffer bytes;
    Encoding encoding;
    std::uint64_t timestamp_ns;
    std::uint32_t original_length;
};

/// All that an input gives, and how it ended.
struct Drained {
    std::vector<OwnedChunk> chunks;
    Status status;
};

Drained drain(Input& input);
/// The same for a file; a file that cannot be opened has no chunks.
Drained drain_file(const std::string& path);

/// Bytes that depend on `seed` and nothing else.
Buffer noise(std::size_t count, std::uint32_t seed);

}  // namespace nflogd::source
