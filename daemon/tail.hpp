// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What `nflogd tail` was asked for, and its two ways of doing it. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/result.hpp"
#include "pipeline/log_printer.hpp"

namespace nflogd::daemon {

struct TailOptions {
    std::vector<std::string> files;  ///< empty: the daemon
    std::string control_socket;
    std::string filter;               ///< of the flags and the expression together
    std::optional<std::size_t> last;  ///< packets
    bool all = false;
    std::optional<std::uint64_t> since_ns;
    std::optional<std::uint64_t> until_ns;
    std::optional<bool> follow;  ///< as it was asked for
};

/// Of a log without --last, --all and times.
inline constexpr std::size_t kDefaultLast = 10;

/// Standard output has been closed by who read it: the end, and no error.
[[nodiscard]] Error reader_gone();
[[nodiscard]] bool is_reader_gone(const Error& error);
/// Writes all of it to standard output.
Status write_out(std::string_view text);

/// Waits until one of `fds` can be read, or standard output has nobody any more
/// (reader_gone()), or the time is over.
Status wait_for_input(const std::vector<int>& fds, int timeout_ms);

/// `config`: for what packets of recordings mean.
Status tail_files(const TailOptions& options, const config::Config& config,
                  pipeline::LogPrinter& printer);
Status tail_daemon(const TailOptions& options, pipeline::LogPrinter& printer);

}  // namespace nflogd::daemon
