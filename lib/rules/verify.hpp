// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The backends as a table, and what verify() does with a row of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ruleset.hpp"

namespace nflogd::rules {

enum class DryRun { asks_kernel, asks_program };

struct Backend {
    RulesBackend id;
    std::unique_ptr<TrialRuleset> (*make)();
    std::string (*render)(const RulesOptions& options);
    std::vector<Error> (*check)(const RulesOptions& options);
    /// Has the backend look at the rules where we are, without changing anything.
    std::optional<Refusal> (*dry_run)(const RulesOptions& options);
    DryRun depth;
};

std::vector<Error> verify_with(const Backend& backend, const RulesOptions& options);

/// What a real install() in the caller's network namespace says to every rule:
/// whoever is refused is left out and the rest tried again.
std::vector<Refusal> try_rules(const Backend& backend, const RulesOptions& options);

}  // namespace nflogd::rules
