// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Ledger and lifecycle records as one line for a human.
#pragma once

#include <string>

#include "core/event.hpp"

namespace nflogd::format {

/// What is to be said, without a time and a newline: for formats with a place for a
/// message.
[[nodiscard]] std::string event_text(const Event& event);

/// Appends the line.
void write_event_line(const Event& event, bool colour, std::string& out);

}  // namespace nflogd::format
