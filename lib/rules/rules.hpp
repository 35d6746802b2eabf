// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The daemon's own log rules in the kernel: one description (LogRule), two
/// backends. No rule here ever gives a verdict, and nothing outside the
/// daemon's own table (nftables) or chains (iptables) is changed. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::rules {

/// A rule's kernel counters, in packets, since it was installed.
struct RuleCount {
    std::string name;
    std::uint64_t matched = 0;  ///< packets that the rule's matches took
    std::uint64_t passed = 0;   ///< of those, what its limit let through to be logged
};

class Ruleset {
public:
    /// As remove(), in the process that installed; a forked copy leaves all as it is.
    virtual ~Ruleset() = default;

    /// Puts the rules into the kernel, all or none. Leftovers of an earlier run
    /// under the same name are removed first. Called again (new configuration),
    /// it replaces the rules in one step; a rule that keeps its name keeps its
    /// counts; the table's name and the flavour must stay. An error names the
    /// configuration's line and shows the backend's own words; a missing privilege
    /// is EX_NOPERM and names the capability.
    virtual Status install(const RulesOptions& options) = 0;

    /// The counters of every rule, in the order of the configuration.
    virtual Result<std::vector<RuleCount>> count() = 0;

    /// From now on nothing is logged; counters can still be read.
    virtual Status quiesce() = 0;

    /// Removes what is left of us. The ruleset is as if we had never been here.
    virtual Status remove() = 0;
};

/// `none` gives a ruleset that does nothing and counts nothing.
std::unique_ptr<Ruleset> make_ruleset(RulesBackend backend);

/// Exactly what install() would give to the backend, in its own syntax.
Result<std::string> render(const RulesOptions& options);

/// Asks backend and kernel whether install() would succeed, and leaves no trace:
/// the rules are tried in a network namespace of their own where the kernel
/// allows one to be made. One error per refused rule, at least one if any.
std::vector<Error> verify(const RulesOptions& options);

}  // namespace nflogd::rules
