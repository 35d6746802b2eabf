// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The daemon's own log rules in the kernel: one description (LogRule), two
/// backends. No rule here ever gives a verdict, and nothing outside the
/// daemon's own table (nftables) or chains (iptables) is changed. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::rules {

/// A rule's kernel counters, in packets, since the daemon started. They never go
/// back, whatever happens to the kernel's own.
struct RuleCount {
    std::string name;
    std::uint64_t matched = 0;  ///< packets that the rule's matches took
    std::uint64_t passed = 0;   ///< of those, what its limit let through to be logged
    /// Since the last count() somebody has reset or removed the kernel's counters.
    /// What they counted between that count() and then nobody knows; it is left out.
    bool restarted = false;
};

/// Packets that the operator's own rules sent to a group.
struct GroupCount {
    std::uint16_t group = 0;
    /// Since the daemon started; absent: a rule that logs to the group counts nothing.
    std::optional<std::uint64_t> passed;
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

    /// The counters of every rule, in the order of the configuration, then those of
    /// rules that were replaced, as they were at their end. Without those that nobody
    /// counts (backend `none`).
    virtual Result<std::vector<RuleCount>> count() = 0;

    /// What is not as install() left it any more, in words for the operator; empty:
    /// nothing. Rules that others put before ours are theirs to place.
    virtual Result<std::string> missing() = 0;

    /// Puts back what missing() speaks of, in one transaction (iptables: one for each
    /// table), and nothing twice. Counters that are still there go on.
    virtual Status restore() = 0;

    /// Backend `none`: what the operator's rules sent to each group, as of the last
    /// count(). Empty with the other backends.
    [[nodiscard]] virtual std::vector<GroupCount> groups() const { return {}; }

    /// What the operator should know about rules that cannot be counted, found since
    /// the last call; each is told once.
    virtual std::vector<std::string> take_warnings() { return {}; }

    /// Whether the kernel lets nobody else change what install() has made.
    [[nodiscard]] virtual bool owned() const { return false; }

    /// From now on nothing is logged; counters can still be read.
    virtual Status quiesce() = 0;

    /// Removes what is left of us. The ruleset is as if we had never been here.
    virtual Status remove() = 0;
};

/// `none` gives a ruleset that installs nothing and counts with the counters of the
/// operator's own rules.
std::unique_ptr<Ruleset> make_ruleset(RulesBackend backend);

/// Exactly what install() would give to the backend, in its own syntax.
Result<std::string> render(const RulesOptions& options);

/// Asks backend and kernel whether install() would succeed, and leaves no trace:
/// the rules are tried in a network namespace of their own where the kernel
/// allows one to be made. One error per refused rule, at least one if any.
std::vector<Error> verify(const RulesOptions& options);

}  // namespace nflogd::rules
