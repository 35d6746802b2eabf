// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Ledger and lifecycle records as JSON lines.
#pragma once

#include <string>
#include <string_view>

#include "core/event.hpp"

namespace nflogd::format {

/// Appends the line. `host` is escaped already.
void write_event_json(const Event& event, std::string_view host, std::string& out);

/// Appends an object with what the line says beside its time, kind and host.
void write_event_details(const Event& event, std::string& out);

/// RFC 3339, UTC, microseconds.
[[nodiscard]] std::string event_time(const Event& event);

}  // namespace nflogd::format
