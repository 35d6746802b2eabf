// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One logged packet as it goes through a lane: its record and, for the formats
/// that print bytes, the message that the record was made from.
#pragma once

#include <cstddef>

#include "core/cursor.hpp"
#include "core/record.hpp"

namespace nflogd {

/// No more of a message is kept beside its record.
inline constexpr std::size_t kMaxRaw = 8000;

struct Packet {
    // NOLINTNEXTLINE(google-explicit-constructor): most packets are only a record.
    Packet(const Record& packet_record, Bytes message = {}) : record(packet_record), raw(message) {}

    const Record& record;
    /// A NFULNL_MSG_PACKET behind its nlmsghdr: nfgenmsg and NFULA_* attributes, as the
    /// kernel sent them, cut at the end to what the queue has room for. Empty where
    /// nobody asked for it. Hostile.
    Bytes raw;
};

}  // namespace nflogd
