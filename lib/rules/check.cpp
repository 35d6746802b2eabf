// SPDX-License-Identifier: GPL-2.0-or-later
// What no backend may be given, or could never match.
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "listing.hpp"
#include "match.hpp"

namespace nflogd::rules {
namespace {

constexpr std::size_t kInterfaceMax = 15;  // IFNAMSIZ with its NUL is 16

constexpr std::array<std::string_view, 5> kCtStates = {"new", "established", "related", "invalid",
                                                       "untracked"};

std::string check_name(const LogRule& rule) {
    if (rule.name.empty()) return "it has no name";
    return is_quotable(rule.name) ? "" : "its name holds a control character or one of \" \\ $";
}

std::string check_hook(const LogRule& rule) {
    if (rule.hook > Hook::postrouting)
        return "rules can log at prerouting, input, forward, output "
               "and postrouting only";
    const bool sees_in = rule.hook != Hook::output;
    const bool sees_out = rule.hook != Hook::prerouting && rule.hook != Hook::input;
    if (!rule.in.empty() && !sees_in) return "can never match: no input interface at output";
    if (!rule.out.empty() && !sees_out)
        return "can never match: no output interface at prerouting and input";
    return "";
}

std::string check_interfaces(const LogRule& rule) {
    for (const auto* names : {&rule.in, &rule.out})
        for (const auto& name : *names)
            if (name.empty() || name.size() > kInterfaceMax || !is_quotable(name))
                return "'" + name + "' cannot be the name of an interface";
    return "";
}

bool is_prefix_length(std::string_view text, int most) {
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= most;
}

bool is_address(const AddressMatch& address) {
    const bool v4 = address.ip_version == 4;
    const auto slash = address.text.find('/');
    unsigned char bytes[sizeof(in6_addr)];
    if (inet_pton(v4 ? AF_INET : AF_INET6, address.text.substr(0, slash).c_str(), bytes) != 1)
        return false;
    return slash == std::string::npos ||
           is_prefix_length(std::string_view(address.text).substr(slash + 1), v4 ? 32 : 128);
}

std::string check_addresses(const LogRule& rule) {
    for (const auto* addresses : {&rule.source, &rule.destination})
        for (const auto& address : *addresses)
            if (!is_address(address)) return "'" + address.text + "' is not an address prefix";
    return "";
}

std::string check_ports(const LogRule& rule) {
    for (const auto* ports : {&rule.source_port, &rule.destination_port})
        for (const auto& range : *ports)
            if (range.first > range.last) return "a range of ports that ends before it begins";
    if (!has_ports(rule)) return "";
    for (const auto number : rule.protocol)
        if (std::find(kProtocolsWithPorts.begin(), kProtocolsWithPorts.end(), number) ==
            kProtocolsWithPorts.end())
            return "can never match: protocol " + std::to_string(number) + " has no ports";
    return "";
}

std::string check_ct_state(const LogRule& rule) {
    for (const auto& state : rule.ct_state)
        if (std::find(kCtStates.begin(), kCtStates.end(), state) == kCtStates.end())
            return "'" + state + "' is not a state of a connection";
    return "";
}

std::string check_versions(const LogRule& rule) {
    return branches(rule).empty()
               ? "can never match: no IP version fits its source, destination and protocol"
               : "";
}

std::string check_limit(const LogRule& rule) {
    if (rule.limit && (rule.limit->rate == 0 || rule.limit->burst == 0))
        return "a limit needs a rate and a burst of at least 1";
    return "";
}

constexpr Check kChecks[] = {check_name,  check_hook,     check_interfaces, check_addresses,
                             check_ports, check_ct_state, check_versions,   check_limit};

std::string first_complaint(const LogRule& rule, std::span<const Check> checks) {
    for (const auto check : checks)
        if (auto complaint = check(rule); !complaint.empty()) return complaint;
    return "";
}

}  // namespace

std::vector<Error> check_options(const RulesOptions& options, std::span<const Check> backend_checks,
                                 std::size_t table_max) {
    std::vector<Error> errors;
    if (!is_plain_name(options.table) || options.table.size() > table_max)
        errors.push_back(
            {"rules.table '" + options.table +
                 "': must be letters, digits, _ and -, begin with a letter, and have " +
                 std::to_string(table_max) + " characters at most",
             EX_CONFIG});
    std::set<std::string_view> seen;
    for (const auto& rule : options.log) {
        auto complaint = first_complaint(rule, kChecks);
        if (complaint.empty()) complaint = first_complaint(rule, backend_checks);
        if (complaint.empty() && !seen.insert(rule.name).second)
            complaint = "another rule has the same name";
        if (!complaint.empty()) errors.push_back(rule_error(rule, complaint));
    }
    return errors;
}

}  // namespace nflogd::rules
