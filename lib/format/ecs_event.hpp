// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Ledger and lifecycle records as documents of the Elastic Common Schema, and what
/// they share with those of packets.
#pragma once

#include <string>
#include <string_view>

#include "core/event.hpp"

namespace nflogd::format {

/// Whose names and values the documents use.
inline constexpr std::string_view kEcsVersion = "8.17.0";

/// `,"observer":{…` without its last brace. `host` is escaped already.
[[nodiscard]] std::string ecs_observer(std::string_view host, std::string_view version);

/// Appends the line. `observer` is as above.
void write_ecs_event(const Event& event, std::string_view observer, std::string& out);

}  // namespace nflogd::format
