// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A file, pipe or terminal read from front to back through one fixed buffer:
/// no mmap, so a file that shrinks ends early instead of raising SIGBUS, and no
/// allocation once it is open. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::source {

class FileReader {
public:
    /// The most that can be looked at in one piece.
    static constexpr std::size_t kMaxPeek = (1 << 20) + 64;

    /// `name` is what errors call the file.
    FileReader(Fd fd, std::string name);

    /// The next `count` bytes (at most kMaxPeek), fewer only at the end of the
    /// file. The caller may change them; they are valid until the next peek().
    /// EX_DATAERR if the file cannot be read.
    Result<std::span<std::uint8_t>> peek(std::size_t count);
    /// Goes past bytes that a peek() has shown.
    void skip(std::size_t count);

    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    /// "NAME: what" with EX_DATAERR.
    [[nodiscard]] Error error(std::string_view what) const;
    /// "NAME: byte OFFSET: what" with EX_DATAERR.
    [[nodiscard]] Error error_here(std::string_view what) const;

private:
    [[nodiscard]] std::size_t held() const { return end_ - begin_; }
    Status fill(std::size_t count);

    Fd fd_;
    std::string name_;
    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t begin_ = 0;  ///< of what is held in buffer_
    std::size_t end_ = 0;
    bool at_end_ = false;
    std::uint64_t offset_ = 0;  ///< of begin_ in the file
};

}  // namespace nflogd::source
