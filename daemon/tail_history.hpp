// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What logs in JSON have already, of that what `nflogd tail` was asked for. One thread.
#pragma once

#include <sys/types.h>

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "source/log_reader.hpp"
#include "tail.hpp"

namespace nflogd::daemon {

/// Prints the lines of a block.
Status print_block(pipeline::LogPrinter& printer, std::string_view block);

class TailHistory {
public:
    /// Both outlive it.
    TailHistory(const TailOptions& options, pipeline::LogPrinter& printer)
        : options_(options), printer_(printer) {}

    /// A log with its rotated files; with `follow` it is followed from where its history
    /// ends. A file that two names lead to is read once.
    Status add(const std::string& path, bool follow);

    /// What is read, and where rotation puts further files.
    [[nodiscard]] const std::vector<std::string>& files() const { return files_; }
    [[nodiscard]] const std::vector<std::string>& directories() const { return directories_; }

    /// In the order of time. `between` is called now and then.
    Status show(const std::function<void()>& between = [] {});

    /// The logs that are followed.
    [[nodiscard]] std::deque<source::LiveLog>& live() { return live_; }
    /// What could not be read.
    [[nodiscard]] std::vector<Error>& faults() { return faults_; }

private:
    [[nodiscard]] const source::LiveLog* live_of(const source::LogPart& part) const;
    Status show_range(const std::function<void()>& between);
    Status show_last();
    std::size_t packets_in(std::vector<std::string>& lines);
    [[nodiscard]] bool is_over() const;

    const TailOptions& options_;
    pipeline::LogPrinter& printer_;
    std::vector<source::LogPart> parts_;
    std::deque<source::LiveLog> live_;
    std::set<std::pair<dev_t, ino_t>> seen_;
    std::vector<std::string> files_;
    std::vector<std::string> directories_;
    std::vector<Error> faults_;
};

}  // namespace nflogd::daemon
