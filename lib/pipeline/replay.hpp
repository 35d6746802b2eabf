// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Recorded input through the same decoders as live packets. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/record.hpp"
#include "core/result.hpp"
#include "decode/decode.hpp"
#include "source/source.hpp"

namespace nflogd::pipeline {

/// Walks the packets of one chunk, whatever its encoding.
class ChunkReader {
public:
    /// The bytes of `chunk` must outlive the reader.
    explicit ChunkReader(const source::Chunk& chunk)
        : chunk_(chunk), datagram_(chunk.bytes, chunk.timestamp_ns) {}

    /// Makes `record` the next packet; false at the end.
    bool next(Record& record);
    /// That packet's message, as Packet::raw; what was captured in another way is put
    /// into one.
    [[nodiscard]] Bytes raw() const;

private:
    source::Chunk chunk_;
    decode::DatagramReader datagram_;
    std::vector<std::uint8_t> made_;
    bool done_ = false;
};

}  // namespace nflogd::pipeline
