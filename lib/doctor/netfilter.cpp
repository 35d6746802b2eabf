// SPDX-License-Identifier: GPL-2.0-or-later
// Settings of netfilter: default loggers (net/netfilter/nf_log.c), connection tracking.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "checks.hpp"

namespace nflogd::doctor {
namespace {

/// PF_* as in /proc/net/netfilter/nf_log.
struct Family {
    int number;
    const char* name;
    const char* logger;  ///< that of nf_log_syslog
};
constexpr std::array kFamilies = {Family{2, "IPv4", "nf_log_ipv4"},
                                  Family{10, "IPv6", "nf_log_ipv6"}};

constexpr std::uint64_t kFullPercent = 90;

/// The logger of a family; empty: the file has no such line.
std::string logger_of(const std::string& table, int number) {
    for (const std::string& line : lines_of(table)) {
        std::istringstream row(line);
        int family = 0;
        std::string logger;
        if (row >> family >> logger && family == number) return logger;
    }
    return {};
}

bool group_0_is_read(const Machine& machine) {
    const auto& groups = machine.wanted.rules.groups;
    if (std::find(groups.begin(), groups.end(), 0) != groups.end()) return true;
    return machine.holders && std::any_of(machine.holders->begin(), machine.holders->end(),
                                          [](const Holder& holder) { return holder.group == 0; });
}

/// The network namespace that the kernel started with: only there are all of its
/// settings to be seen.
bool in_first_network(const Machine& machine) {
    return ::access((machine.root + "/proc/sys/net/netfilter/nf_log_all_netns").c_str(), F_OK) == 0;
}

}  // namespace

std::vector<Finding> check_default_logger(const Machine& machine) {
    const auto table = read_text(machine.root + "/proc/net/netfilter/nf_log");
    if (!table) return {ok("no loggers are registered")};
    if (group_0_is_read(machine)) return {ok("somebody reads group 0")};
    std::vector<Finding> findings;
    for (const Family& family : kFamilies) {
        const std::string number = std::to_string(family.number);
        if (logger_of(*table, family.number) != "nfnetlink_log") continue;
        findings.push_back(found("default-logger-changed",
                                 std::string("the default logger of ") + family.name +
                                     " is nfnetlink_log, and nobody reads group 0",
                                 {{"family", family.name},
                                  {"destination", "group 0, and is lost", Blank::Kind::text},
                                  {"number", number},
                                  {"logger", family.logger}}));
    }
    return or_ok(std::move(findings), "no default logger leads to a group that nobody reads");
}

std::vector<Finding> check_kernel_log(const Machine& machine) {
    if (!machine.firewall) return {skipped(machine.firewall.error().message)};
    if (!machine.firewall->plain_log) return {ok("no rule logs to the kernel's own log")};
    if (in_first_network(machine)) return {ok("rules that log to the kernel's own log can do so")};
    return {found("kernel-log-off",
                  "a rule logs to the kernel's own log, which other network namespaces than the "
                  "first reach only if net.netfilter.nf_log_all_netns is 1")};
}

std::vector<Finding> check_conntrack(const Machine& machine) {
    const std::string folder = machine.root + "/proc/sys/net/netfilter/nf_conntrack_";
    const auto count = read_number(folder + "count");
    const auto most = read_number(folder + "max");
    if (!count || !most || *most == 0) return {ok("connections are not tracked here")};
    const std::string text = "connection tracking holds " + std::to_string(*count) + " of " +
                             std::to_string(*most) + " entries";
    if (*count < *most * kFullPercent / 100) return {ok(text)};
    return {found("conntrack-full", text, {{"entries", std::to_string(*most * 2)}})};
}

}  // namespace nflogd::doctor
