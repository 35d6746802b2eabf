// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The lines of a log and its rotated files, from the oldest on, or the last of them.
/// One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "source/line_blocks.hpp"
#include "source/live_log.hpp"
#include "source/log_parts.hpp"

namespace nflogd::source {

class LogReader {
public:
    /// Of the live part, if `live` is given, what LiveLog says is history; else all, with
    /// a last line that has no newline. `live` outlives this.
    explicit LogReader(std::vector<LogPart> parts, const LiveLog* live = nullptr)
        : parts_(std::move(parts)), live_(live) {}

    /// As LineBlocks::next(); nothing at the end of the last part. After an error, which
    /// names the part, the next call goes on with the next one.
    Result<std::optional<std::string_view>> next();

private:
    Status open(const LogPart& part);

    std::vector<LogPart> parts_;
    const LiveLog* live_;
    std::size_t part_ = 0;
    std::unique_ptr<LineBlocks> lines_;
    bool gave_rest_ = false;
};

/// What a line is to somebody who wants the last ones.
enum class Wanted : std::uint8_t {
    no,
    beside,  ///< shown if it stands between those that are counted
    yes,
};

/// The last `count` lines that are wanted, oldest first, with what is beside them. Of
/// plain files only the end is read; compressed ones from the newest on, as many as it
/// takes. `live` as above. Parts that cannot be read are left out and told in `faults`.
std::vector<std::string> last_lines(const std::vector<LogPart>& parts, std::size_t count,
                                    const LiveLog* live,
                                    const std::function<Wanted(std::string_view line)>& wanted,
                                    std::vector<Error>& faults);

}  // namespace nflogd::source
