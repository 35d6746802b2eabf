// SPDX-License-Identifier: GPL-2.0-or-later
#include "enrich/conventions.hpp"

#include <array>
#include <cassert>

namespace nflogd::enrich {
namespace {

struct Row {
    std::string_view pattern;
    std::string_view action = {};
    std::string_view ruleset = {};
};

/// Spaces at a prefix's end are not part of it here. What a front end's BLOCK means is
/// that the packet does not pass, whether or not its sender is told.
constexpr std::array kRows = {
    // ufw 0.36. LIMIT says that a limit was looked at, not what came of it.
    Row{"[UFW LIMIT BLOCK]", "drop", "ufw"},
    Row{"[UFW LIMIT]", "", "ufw"},
    Row{"[UFW AUDIT]", "log", "ufw"},
    Row{"[UFW AUDIT INVALID]", "log", "ufw"},
    Row{"[UFW {action}]", "", "ufw"},
    // firewalld 1.3 with nftables, and with iptables.
    Row{"filter_IN_{zone}_ICMP_BLOCK:", "drop", "firewalld"},
    Row{"filter_FWD_{zone}_ICMP_BLOCK:", "drop", "firewalld"},
    Row{"{table}_{chain}_ICMP_BLOCK:", "drop", "firewalld"},
    Row{"filter_IN_{zone}_{action}:", "", "firewalld"},
    Row{"filter_FWD_{zone}_{action}:", "", "firewalld"},
    Row{"filter_{chain}_{action}:", "", "firewalld"},
    Row{"STATE_INVALID_{action}:", "", "firewalld"},
    Row{"FINAL_{action}:", "", "firewalld"},
    Row{"rpfilter_{action}:", "", "firewalld"},
    Row{"RFC3964_IPv4_{action}:", "", "firewalld"},
    Row{"IN_{zone}_{action}:", "", "firewalld"},
    // Shorewall 5.2: its default and the format of its manual; %d is a rule's number.
    Row{"Shorewall:{chain}:{rule}:{action}:", "", "shorewall"},
    Row{"Shorewall:{chain}:{action}:", "", "shorewall"},
    // VyOS: family, hook or "NAM", name, number or "default".
    Row{"[STATE-POLICY-{any}-{action}]", "", "STATE-POLICY"},
    Row{"[ipv4-NAM-{ruleset}-default-{action}]"},
    Row{"[ipv6-NAM-{ruleset}-default-{action}]"},
    Row{"[ipv4-NAM-{ruleset}-{rule}-{action}]"},
    Row{"[ipv6-NAM-{ruleset}-{rule}-{action}]"},
    Row{"[ipv4-{chain}-{ruleset}-{rule}-{action}]"},
    Row{"[ipv6-{chain}-{ruleset}-{rule}-{action}]"},
    Row{"[bri-{chain}-{ruleset}-{rule}-{action}]"},
    Row{"[ipv4-{ruleset}-default-{action}]"},
    Row{"[ipv6-{ruleset}-default-{action}]"},
    // EdgeOS and UniFi.
    Row{"[{ruleset}-{rule}-{action}]"},
    // OpenWrt's fw4.
    Row{"{action} {zone} in:", "", "fw4"},
    Row{"{action} {zone} out:", "", "fw4"},
    Row{"{action} {zone} forward:", "", "fw4"},
    Row{"{action} {zone} invalid ct state:", "", "fw4"},
    Row{"@rule[{rule}]:", "", "fw4"},
    Row{"@redirect[{rule}]:", "", "fw4"},
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

const std::vector<PrefixRule>& conventions() {
    static const std::vector<PrefixRule> rules = [] {
        std::vector<PrefixRule> made;
        for (const Row& row : kRows) {
            auto pattern = PrefixPattern::parse(row.pattern);
            assert(pattern.ok());
            made.push_back(
                {std::move(*pattern), std::string(row.action), {}, {}, std::string(row.ruleset)});
        }
        return made;
    }();
    return rules;
}

std::string_view action_in(std::string_view prefix) {
    std::string_view found;
    while (!prefix.empty()) {
        std::size_t length = 0;
        while (length < prefix.size() && is_letter(prefix[length])) ++length;
        if (length > 1) {  // a letter alone is no word
            const std::string_view action = action_of_word(prefix.substr(0, length));
            if (!action.empty() && !found.empty() && action != found) return {};
            if (!action.empty()) found = action;
        }
        prefix.remove_prefix(length == 0 ? 1 : length);
    }
    return found;
}

}  // namespace nflogd::enrich
