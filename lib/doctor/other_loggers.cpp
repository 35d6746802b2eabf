// SPDX-License-Identifier: GPL-2.0-or-later
// Other programs that read nfnetlink_log: those that run, and those that will at boot.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "checks.hpp"
#include "processes.hpp"

namespace nflogd::doctor {
namespace {

/// The second is a name of the first.
constexpr const char* kUnits[] = {"ulogd2.service", "ulogd.service"};

bool reads_nflog(const Process& process) {
    if (process.program == "ulogd") return true;
    const bool capture = process.program == "tcpdump" || process.program == "dumpcap";
    return capture && std::any_of(process.words.begin(), process.words.end(), [](const auto& word) {
               return word.find("nflog") != std::string::npos;
           });
}

/// The groups of all sections of ulogd.conf(5).
std::set<std::uint16_t> groups_in(const std::string& text) {
    std::set<std::uint16_t> groups;
    for (std::string line : lines_of(text)) {
        std::erase_if(line, [](char byte) { return byte == ' ' || byte == '\t'; });
        if (!line.starts_with("group=")) continue;
        std::uint16_t group = 0;
        const auto [end, wrong] =
            std::from_chars(line.data() + 6, line.data() + line.size(), group);
        if (wrong == std::errc()) groups.insert(group);
    }
    return groups;
}

bool starts_at_boot(const std::string& root) {
    char target[1];
    return std::any_of(std::begin(kUnits), std::end(kUnits), [&](const char* unit) {
        const std::string path = root + "/etc/systemd/system/multi-user.target.wants/" + unit;
        return ::readlink(path.c_str(), target, sizeof target) > 0;
    });
}

std::string running(const Machine& machine) {
    std::string text;
    for (const Process& process : list_processes(machine.root)) {
        if (reads_nflog(process)) text += (text.empty() ? "" : ", ") + name_of(process);
    }
    return text;
}

}  // namespace

std::vector<Finding> check_other_loggers(const Machine& machine) {
    std::vector<Finding> findings;
    const auto theirs = groups_in(read_text(machine.root + "/etc/ulogd.conf").value_or(""));
    if (starts_at_boot(machine.root)) {
        for (const std::uint16_t group : machine.wanted.rules.groups) {
            if (!theirs.contains(group)) continue;
            findings.push_back(found("ulogd-wants-group",
                                     "ulogd is started at boot, and takes group " +
                                         std::to_string(group) + " in /etc/ulogd.conf",
                                     {{"group", std::to_string(group)}, {"unit", kUnits[0]}}));
        }
    }
    const std::string others = running(machine);
    return or_ok(std::move(findings), others.empty()
                                          ? "no other reader of nfnetlink_log runs"
                                          : "other readers run on groups of their own: " + others);
}

}  // namespace nflogd::doctor
