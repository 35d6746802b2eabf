// SPDX-License-Identifier: GPL-2.0-or-later
// The operator's NFLOG rules of iptables-legacy, which only its own program shows.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <map>

#include "core/fd.hpp"
#include "iptables_tool.hpp"
#include "operator_rules.hpp"

namespace nflogd::rules {
namespace {

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

OperatorRule describe(const SavedRule& saved, const std::string& table, int ip_version) {
    OperatorRule rule;
    rule.where = (ip_version == 6 ? "ip6tables-legacy -t " : "iptables-legacy -t ") + table +
                 " -A " + saved.chain + ' ' + saved.rest;
    rule.prefix = trimmed(option_of(saved.rest, "--nflog-prefix"));
    const auto group = option_of(saved.rest, "--nflog-group");
    std::from_chars(group.data(), group.data() + group.size(), rule.group);
    rule.passed = rule.matched = saved.packets;
    return rule;
}

}  // namespace

/// The tables that the legacy kernel side has in this network namespace. The file
/// is empty, or not there, where nobody uses iptables-legacy.
bool has_legacy_tables(int ip_version) {
    const char* path = ip_version == 6 ? "/proc/net/ip6_tables_names" : "/proc/net/ip_tables_names";
    const Fd file(::open(path, O_RDONLY | O_CLOEXEC));
    char byte = 0;
    return file && ::read(file.get(), &byte, 1) == 1;
}

std::vector<OperatorRule> operator_rules(const std::vector<SavedTable>& tables, int ip_version) {
    std::vector<OperatorRule> rules;
    std::map<std::string, int> same;
    for (const auto& table : tables)
        for (const auto& saved : table.rules) {
            if (saved.target != "NFLOG") continue;
            auto rule = describe(saved, table.name, ip_version);
            rule.place = rule.where + " #" + std::to_string(++same[rule.where]);
            rules.push_back(std::move(rule));
        }
    return rules;
}

Result<std::vector<OperatorRule>> legacy_log_rules() {
    std::vector<OperatorRule> rules;
    for (const int version : {4, 6}) {
        if (!has_legacy_tables(version)) continue;
        const auto saved =
            IptablesTool(run_program, version, IptablesFlavour::legacy).save("", Counters::yes);
        if (!saved) return saved.error();
        for (auto& rule : operator_rules(*saved, version)) rules.push_back(std::move(rule));
    }
    return rules;
}

}  // namespace nflogd::rules
