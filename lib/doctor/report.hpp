// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Findings as text for a person and as JSON for a program. What others chose is made
/// harmless for a terminal in the text, and is valid UTF-8 in the JSON.
#pragma once

#include <string>
#include <vector>

#include "finding.hpp"

namespace nflogd::doctor {

/// One line a finding, two more with what it costs and the repair, and a summary.
[[nodiscard]] std::string to_text(const std::vector<Finding>& findings, bool colour);

/// An array of objects.
[[nodiscard]] std::string to_json(const std::vector<Finding>& findings);

/// Whether a finding is worse than a note.
[[nodiscard]] bool any_serious(const std::vector<Finding>& findings);

}  // namespace nflogd::doctor
