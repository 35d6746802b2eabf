// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The service as systemd would start it.
#pragma once

#include <string>

namespace nflogd::doctor {

inline constexpr const char* kServiceUnit = "nflogd.service";

/// The user that the installed unit names; empty: no unit, or root.
[[nodiscard]] std::string service_user(const std::string& root);

/// Whether a unit is installed.
[[nodiscard]] bool has_service(const std::string& root);

}  // namespace nflogd::doctor
