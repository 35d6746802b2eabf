// SPDX-License-Identifier: GPL-2.0-or-later
// The operator's own rules that log to groups.
#include <algorithm>

#include "checks.hpp"

namespace nflogd::doctor {
namespace {

bool is_ours(const Machine& machine, std::uint16_t group) {
    const auto& groups = machine.wanted.rules.groups;
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

/// Rules that log to a group of ours, as `look` judges each.
template <typename Look>
std::vector<Finding> for_our_rules(const Machine& machine, const std::string& good, Look look) {
    if (!machine.firewall) return {skipped(machine.firewall.error().message)};
    std::vector<Finding> findings;
    for (const LogRuleState& rule : machine.firewall->rules) {
        if (is_ours(machine, rule.group)) look(rule, findings);
    }
    return or_ok(std::move(findings), good);
}

/// Where no command is known the rule is at least shown.
Blank command_of(const LogRuleState& rule) {
    return {"command", rule.repair.empty() ? "nft -a list ruleset  # " + rule.where : rule.repair,
            Blank::Kind::text};
}

std::string name_of(const LogRuleState& rule) {
    return "rule '" + rule.where + "' logs to group " + std::to_string(rule.group);
}

}  // namespace

std::vector<Finding> check_rule_counters(const Machine& machine) {
    return for_our_rules(
        machine, "each log rule of the firewall's own counts, or there is none",
        [](const LogRuleState& rule, std::vector<Finding>& findings) {
            if (rule.counted) return;
            findings.push_back(
                found("rule-uncounted", name_of(rule) + " without counting", {command_of(rule)}));
        });
}

std::vector<Finding> check_rule_limits(const Machine& machine) {
    return for_our_rules(
        machine, "limits of the firewall's own log rules stand behind counters, or there are none",
        [](const LogRuleState& rule, std::vector<Finding>& findings) {
            if (rule.limit_uncounted) {
                findings.push_back(found("limit-uncounted",
                                         name_of(rule) + " behind a limit that nothing counts",
                                         {command_of(rule)}));
            }
            if (rule.limit_behind_log) {
                findings.push_back(found("limit-behind-log", name_of(rule) + " before its limit",
                                         {command_of(rule)}));
            }
        });
}

std::vector<Finding> check_rule_settings(const Machine& machine) {
    std::uint32_t wanted = 1;
    for (const NflogOptions& source : machine.wanted.sources) {
        wanted = std::max(wanted, source.queue_threshold);
    }
    return for_our_rules(
        machine, "no log rule of the firewall's own lowers our settings",
        [&](const LogRuleState& rule, std::vector<Finding>& findings) {
            if (rule.low_queue_threshold && *rule.low_queue_threshold < wanted) {
                const std::string records = std::to_string(*rule.low_queue_threshold);
                findings.push_back(found(
                    "rule-threshold-low", name_of(rule) + " with a queue-threshold of " + records,
                    {{"records", records}, {"wanted", std::to_string(wanted)}, command_of(rule)}));
            }
            if (rule.small_snaplen) {
                findings.push_back(found("rule-snaplen-small",
                                         name_of(rule) + " with a snaplen of " +
                                             std::to_string(*rule.small_snaplen) + " bytes",
                                         {command_of(rule)}));
            }
        });
}

}  // namespace nflogd::doctor
