// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What `nflogd report --json` prints (nflogd-report(1)). Any thread.
#pragma once

#include <string>

#include "summary/report_text.hpp"

namespace nflogd::daemon {

/// One object, a member a line, with a newline at its end. Names are escaped as in
/// records.
[[nodiscard]] std::string report_json(const summary::Report& report);

}  // namespace nflogd::daemon
