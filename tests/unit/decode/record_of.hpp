// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Records of hand-made bytes. The record is full of garbage before, and the
/// bytes lie alone on the heap, so that the address sanitizer sees a read beyond.
#pragma once

#include <cstring>

#include "build.hpp"
#include "decode/decode.hpp"

namespace nflogd::decode {

inline constexpr std::uint64_t kReceived = 1'700'000'000'000'000'000;

inline Record dirty_record(int garbage = 0xaa) {
    Record record;
    std::memset(static_cast<void*>(&record), garbage, sizeof record);
    record.clear();
    return record;
}

inline Record record_of_ip(const Buffer& packet, int family = 0) {
    Record record = dirty_record();
    const Buffer alone(packet.begin(), packet.end());
    decode_ip(alone, family, record);
    return record;
}

inline Record record_of_ethernet(const Buffer& frame) {
    Record record = dirty_record();
    const Buffer alone(frame.begin(), frame.end());
    decode_ethernet(alone, record);
    return record;
}

inline Record record_of_message(const Buffer& message) {
    Record record = dirty_record();
    const Buffer alone(message.begin(), message.end());
    decode_nflog_message(alone, kReceived, record);
    return record;
}

}  // namespace nflogd::decode
