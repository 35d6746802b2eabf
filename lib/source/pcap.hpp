// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Classic pcap files, version 2.4, in both byte orders, with times in µs or ns
/// (draft-ietf-opsawg-pcap). Link types NFLOG (239), Ethernet (1), RAW (101),
/// IPV4 (228) and IPV6 (229).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/result.hpp"
#include "source/byte_order.hpp"
#include "source/file_reader.hpp"
#include "source/source.hpp"

namespace nflogd::source {

/// Attributes of a NFLOG capture are in the byte order of this host, whatever
/// machine captured them (as in libpcap).
class PcapReader : public Input {
public:
    /// What libpcap allows as well.
    static constexpr std::size_t kMaxPacket = 256 << 10;

    /// `head`: the first 8 bytes of a file, or all it has.
    static bool recognises(Bytes head);
    /// EX_DATAERR if the header is not one that can be read.
    static Result<std::unique_ptr<Input>> open(FileReader file);

    Result<std::optional<Chunk>> next() override;

private:
    struct Format {
        ByteOrder order;
        std::uint32_t units_per_second;
        Encoding encoding;
    };
    PcapReader(FileReader file, Format format) : file_(std::move(file)), format_(format) {}

    FileReader file_;
    Format format_;
};

}  // namespace nflogd::source
