// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// THE table of formats and of sinks: what a configuration may name and who
/// makes it. A new one is one row here (and one file in its folder).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "format/formatter.hpp"
#include "sink/sink.hpp"

namespace nflogd::pipeline {

/// Names that an output's `format` may have.
[[nodiscard]] std::vector<std::string> format_names();
/// Those of them that are lines of text.
[[nodiscard]] std::vector<std::string> line_format_names();
/// What the configuration may name.
[[nodiscard]] config::Known known_names();

/// nullptr if there is no such format.
std::unique_ptr<format::Formatter> make_formatter(std::string_view name,
                                                  format::FormatOptions options);

/// Whether what it prints is for programs only, and no text.
[[nodiscard]] bool is_binary(std::string_view format);

/// The format of an output, in the frame that its type puts around each record.
/// nullptr if there is no such format.
std::unique_ptr<format::Formatter> make_formatter(const config::OutputConfig& output,
                                                  format::FormatOptions options);

/// Bytes of each packet's message that the output's format prints, with these sources;
/// 0: it prints records only.
[[nodiscard]] std::size_t raw_bytes_of(const config::OutputConfig& output,
                                       const std::vector<NflogOptions>& sources);

/// Sockets that an output opens while it runs: of this family, and if it is TCP to
/// this port, else 0. kAnyPort: to any, and what a library needs that looks up names and
/// has threads of its own.
inline constexpr std::uint32_t kAnyPort = 1U << 16;
struct SocketUse {
    int family = 0;
    std::uint32_t tcp_port = 0;
};
[[nodiscard]] std::vector<SocketUse> sockets_of(const config::OutputConfig& output);

/// Whether readers attach to the output: connections are to be accepted.
[[nodiscard]] bool takes_readers(const config::OutputConfig& output);

/// The directories that the output writes to.
[[nodiscard]] std::vector<std::string> directories_of(const config::OutputConfig& output);

/// Files, and directories of files, that it reads while it runs.
[[nodiscard]] std::vector<std::string> files_read_by(const config::OutputConfig& output);

/// Loads the libraries that only this output needs: before the process is confined, and
/// while it has one thread. Error: EX_UNAVAILABLE.
Status load_libraries(const config::OutputConfig& output);

/// Where the output writes to, for a message.
[[nodiscard]] std::string place_of(const config::OutputConfig& output);

/// Makes what an output's medium needs and a confined process can no longer make.
/// Errors: EX_CANTCREAT.
Status prepare_sink(const config::OutputConfig& output);

/// Opens the medium of an output. A sink that writes files tells `journal`, which
/// outlives it. `format`: of the output's formatter, for a sink that has something to
/// tell its readers itself. Errors: EX_CANTCREAT.
Result<std::unique_ptr<sink::Sink>> make_sink(const config::OutputConfig& output,
                                              const Clock& clock, sink::WriteJournal* journal,
                                              sink::Opening opening,
                                              const format::FormatOptions& format);

/// Whether this output's text goes to a terminal that wants colours.
[[nodiscard]] bool wants_colour(const config::OutputConfig& output);

}  // namespace nflogd::pipeline
