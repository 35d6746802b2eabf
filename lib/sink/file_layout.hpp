// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What makes a file of records whole: what it begins with, and where its last whole
/// record ends. What a killed writer or a power cut left behind that is cut off.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.hpp"

namespace nflogd::sink {

struct FileLayout {
    std::string_view head;  ///< every file begins with it; may be empty
    /// The offset behind the last whole record of the first `size` bytes; 0 if not even
    /// the head is whole. An error if this is no file of this layout. Memory is
    /// constant.
    Result<std::uint64_t> (*end_of_records)(int fd, std::uint64_t size);
};

/// Records that end in a newline and hold no other. Reads back no further than the
/// last line begins.
[[nodiscard]] const FileLayout& line_layout();

/// A pcap file as in core/pcap_file.hpp. Reads all of it.
[[nodiscard]] const FileLayout& pcap_layout();

}  // namespace nflogd::sink
