// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Logs in JSON, with their rotated and compressed files, into counts. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "core/result.hpp"
#include "counting.hpp"
#include "decode/json_record.hpp"
#include "source/log_parts.hpp"

namespace nflogd::daemon {

class LogCounter {
public:
    /// `labels` outlives it. Reads only the fields that are counted, unless a filter may
    /// ask for others.
    LogCounter(Labels& labels, bool all_fields);

    /// Lines as source::LineBlocks gives them. Returns how many packets were counted.
    std::uint64_t add(std::string_view block, Counting& counting);
    /// Lines that are no record.
    [[nodiscard]] std::uint64_t malformed() const { return malformed_; }

private:
    void add_line(std::string_view line, Counting& counting);

    decode::JsonReader reader_;
    Record record_;
    std::uint64_t malformed_ = 0;
    std::uint64_t counted_ = 0;
};

/// Whether a file is a recording (source::open_input()) rather than lines of JSON,
/// by its first byte; standard input and pipes are not looked at and taken for lines.
[[nodiscard]] bool is_recording(const std::string& path);

/// The files that make up logs, each once, oldest first.
std::vector<source::LogPart> parts_of(const std::vector<std::string>& paths, std::uint64_t since_ns,
                                      std::vector<Error>& faults);

}  // namespace nflogd::daemon
