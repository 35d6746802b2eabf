// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Bytes in. A source yields chunks of captured bytes and says how they are to
/// be read; lib/decode turns them into records.
#pragma once

#include <cstdint>
#include <optional>

#include "core/cursor.hpp"
#include "core/result.hpp"

namespace nflogd::source {

/// What the bytes of a chunk are.
enum class Encoding : std::uint8_t {
    netlink,        ///< one netlink datagram: nlmsghdr messages
    nflog_message,  ///< one NFULNL_MSG_PACKET without its nlmsghdr (LINKTYPE_NFLOG)
    ethernet,       ///< one frame
    raw_ip,         ///< one IPv4 or IPv6 packet
};

struct Chunk {
    Bytes bytes;  ///< the source's; valid until its next call
    Encoding encoding = Encoding::netlink;
    std::uint64_t timestamp_ns = 0;     ///< when received or recorded, UNIX time
    std::uint32_t original_length = 0;  ///< ethernet, raw_ip: bytes on the wire; 0: not known
};

/// Recorded input: a file read from front to back. One thread.
class Input {
public:
    virtual ~Input() = default;
    /// The next chunk; nothing at the end. An error (EX_DATAERR) where the file
    /// is no longer what it claims to be; what came before it was good.
    virtual Result<std::optional<Chunk>> next() = 0;
};

}  // namespace nflogd::source
