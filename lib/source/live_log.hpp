// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A log that is being written, and goes on under its name in another file (renamed
/// away) or from the start of the same one (copied and truncated). One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/fd.hpp"
#include "core/result.hpp"
#include "source/line_blocks.hpp"

namespace nflogd::source {

class LiveLog {
public:
    /// A regular file that is not compressed; EX_DATAERR otherwise.
    static Result<LiveLog> open(const std::string& path);

    [[nodiscard]] int fd() const { return file_.get(); }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Behind the last whole line when it was opened: what is before is history, and
    /// next() begins there.
    [[nodiscard]] std::uint64_t end() const { return end_; }

    /// Whole lines that are new, as LineBlocks::next(); nothing: none as yet. A file that
    /// was renamed away is read until its successor has something in it, for its writer
    /// may know of that only later; then those that were rotated away in between. What was written
    /// between the last look and a truncation is read in the copy, if one of the rotated files goes
    /// on where we were; else it is lost(), once.
    Result<std::optional<std::string_view>> next();
    /// Whether lines may have been missed since the last call.
    [[nodiscard]] bool lost();

private:
    LiveLog(Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

    void read_from(std::uint64_t begin);
    void remember(std::string_view block);
    [[nodiscard]] bool was_truncated() const;
    [[nodiscard]] Fd successor() const;
    [[nodiscard]] std::deque<std::string> skipped() const;
    void read_skipped();
    bool find_copy();

    Fd file_;
    std::string path_;
    std::uint64_t end_ = 0;
    std::unique_ptr<LineBlocks> lines_;
    std::uint64_t read_ = 0;           ///< of the file, whole lines
    std::string last_;                 ///< the end of what was read, to know it again
    Fd copy_;                          ///< made by a truncating rotation, and read now
    Fd next_file_;                     ///< to go on with when the present one is at its end
    std::deque<std::string> skipped_;  ///< rotated files to read before that
    bool lost_ = false;
};

}  // namespace nflogd::source
