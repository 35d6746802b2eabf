// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A record of a batch as the text that a receiver is to get.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "sink/sink.hpp"

namespace nflogd::sink {

/// Without its newline; cut to `longest` bytes between two characters of UTF-8.
inline std::string_view syslog_message(const Batch& batch, std::size_t record,
                                       std::size_t longest) {
    const std::size_t start = record == 0 ? 0 : batch.ends[record - 1];
    std::string_view text(batch.bytes.data() + start, batch.ends[record] - start);
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.size() <= longest) return text;
    while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0U) == 0x80U) --longest;
    return text.substr(0, longest);
}

}  // namespace nflogd::sink
