// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Groups of rules of high priority: each is read through a socket of its own, on
/// which no rule of normal priority can take the room. Both functions want sources
/// that were read whole.
#pragma once

#include <vector>

#include "config/draft.hpp"

namespace nflogd::config {

/// Makes every `priority_group` one of its source's groups.
void add_priority_groups(std::vector<SourceDraft>& sources);

/// Gives rules of high priority that name no group the first priority group. If no
/// source has one, the first free number behind the first group becomes it.
void place_high_priority(Draft& draft, std::vector<Problem>& problems);

/// A problem for each rule of high priority whose group is not its own.
void check_high_priority(const Draft& draft, std::vector<Problem>& problems);

}  // namespace nflogd::config
