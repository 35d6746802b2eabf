// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A stream of lines cut into blocks that hold whole ones, and lines of a block. One
/// thread; nothing allocates once a block's lines fit.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "source/byte_stream.hpp"

namespace nflogd::source {

class LineBlocks {
public:
    /// Longer lines are left out.
    static constexpr std::size_t kMaxLine = 4U << 20U;
    /// Bytes behind a block that may be read, whatever they are.
    static constexpr std::size_t kPadding = 64;

    explicit LineBlocks(std::unique_ptr<ByteStream> stream);

    /// Lines with their newlines, as many as there are at once; valid until the next
    /// call. Nothing at the end: a stream that grows may be asked again, so a last line
    /// without a newline is not part of it but is rest(). Errors are the stream's.
    Result<std::optional<std::string_view>> next();
    /// What stands behind the last newline.
    [[nodiscard]] std::string_view rest() const;
    /// Lines left out, for they were too long.
    [[nodiscard]] std::uint64_t too_long() const { return too_long_; }

private:
    void make_room();

    std::unique_ptr<ByteStream> stream_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  ///< of what was not given out
    std::size_t end_ = 0;
    bool skipping_ = false;  ///< the rest of a line that is too long
    std::uint64_t too_long_ = 0;
};

/// Calls `line(text)` for each of `block`'s, without its newline and without those that
/// are empty, while it returns true.
template <typename Line>
bool each_line(std::string_view block, Line line) {
    while (!block.empty()) {
        const std::size_t end = block.find('\n');
        const std::string_view text = block.substr(0, end);
        block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
        if (!text.empty() && !line(text)) return false;
    }
    return true;
}

}  // namespace nflogd::source
