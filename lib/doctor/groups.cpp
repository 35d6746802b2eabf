// SPDX-License-Identifier: GPL-2.0-or-later
// Who reads the groups: ours, and those that the operator's rules log to.
#include <algorithm>
#include <map>

#include "checks.hpp"
#include "edit.hpp"
#include "processes.hpp"

namespace nflogd::doctor {
namespace {

constexpr const char* kNotRoot = "who holds a group is shown to root only";

bool reads(const Machine& machine, std::uint16_t group) {
    return std::any_of(machine.wanted.sources.begin(), machine.wanted.sources.end(),
                       [&](const NflogOptions& source) {
                           const auto& groups = source.groups;
                           return std::find(groups.begin(), groups.end(), group) != groups.end();
                       });
}

Finding held(const Holder& holder, const Process& process) {
    const std::string group = std::to_string(holder.group);
    const bool seen = holder.pid != 0;
    const std::string who = seen ? name_of(process) : "a process that cannot be seen from here";
    // Who is in a container of its own has our network namespace, but not our /proc.
    const std::string stop = seen ? stop_command(process) : "lsns -t pid";
    return found("group-held", "group " + group + " is held by " + who,
                 {{"group", group}, {"stop", stop, Blank::Kind::text}});
}

bool is_held(const std::vector<Holder>& holders, std::uint16_t group) {
    return std::any_of(holders.begin(), holders.end(),
                       [&](const Holder& holder) { return holder.group == group; });
}

Finding unread(const Machine& machine, std::uint16_t group, const std::string& rules) {
    const Location where =
        machine.wanted.sources.empty() ? Location{} : machine.wanted.sources.front().where;
    return found("group-unread",
                 "nobody reads group " + std::to_string(group) + ", used by " + rules,
                 edit_at(machine, where, {{"group", std::to_string(group)}}));
}

}  // namespace

std::vector<Finding> check_groups(const Machine& machine) {
    if (!machine.holders) return {skipped(machine.holders.error().message)};
    if (!machine.sees_all) return {skipped(kNotRoot)};
    std::vector<Finding> findings;
    std::string ours;
    for (const Holder& holder : *machine.holders) {
        if (!reads(machine, holder.group)) continue;
        const Process process = read_process(machine.root, holder.pid);
        if (holder.pid != 0 && is_daemon(process, machine.wanted.config_file)) {
            ours = "our groups are held by " + name_of(process);
        } else {
            findings.push_back(held(holder, process));
        }
    }
    return or_ok(std::move(findings), ours.empty() ? "our groups are free" : ours);
}

std::vector<Finding> check_listeners(const Machine& machine) {
    if (!machine.firewall) return {skipped(machine.firewall.error().message)};
    if (!machine.holders) return {skipped(machine.holders.error().message)};
    if (!machine.sees_all) return {skipped(kNotRoot)};
    std::map<std::uint16_t, std::vector<std::string>> unread_groups;
    for (const LogRuleState& rule : machine.firewall->rules) {
        if (!reads(machine, rule.group) && !is_held(*machine.holders, rule.group)) {
            unread_groups[rule.group].push_back(rule.where);
        }
    }
    std::vector<Finding> findings;
    for (const auto& [group, rules] : unread_groups) {
        const std::string more =
            rules.size() > 1 ? " and " + std::to_string(rules.size() - 1) + " more" : "";
        findings.push_back(unread(machine, group, "rule '" + rules.front() + "'" + more));
    }
    const auto count = machine.firewall->rules.size();
    return or_ok(std::move(findings),
                 count == 0 ? "no rules of the firewall's own log to groups"
                            : "somebody reads each group that the firewall's own rules log to");
}

}  // namespace nflogd::doctor
