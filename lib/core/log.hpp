// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The daemon's own log: changes of state, one line each, on stderr. Never a
/// line per packet. Under systemd each line carries its <priority>. Any thread.
#pragma once

#include <string_view>

namespace nflogd::log {

enum class Level { debug, info, warning, error };

/// Before the first line; lines below `level` are not written.
void init(Level level);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

}  // namespace nflogd::log
