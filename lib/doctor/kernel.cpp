// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel must have. A module that is not loaded yet is fine: the kernel loads
// it when it is asked for.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "checks.hpp"

namespace nflogd::doctor {
namespace {

std::string module_folder(const Machine& machine) {
    const std::string usual = machine.root + "/lib/modules/" + machine.release;
    return ::access(usual.c_str(), F_OK) == 0
               ? usual
               : machine.root + "/usr/lib/modules/" + machine.release;
}

bool mentions(const std::string& path, const std::string& what) {
    const auto text = read_text(path);
    return text && text->find(what) != std::string::npos;
}

/// Loaded, built in, or in a file that the kernel can load.
bool has_module(const Machine& machine, const std::string& name) {
    const std::string folder = module_folder(machine);
    return ::access((machine.root + "/sys/module/" + name).c_str(), F_OK) == 0 ||
           mentions(folder + "/modules.builtin", "/" + name + ".ko") ||
           mentions(folder + "/modules.dep", "/" + name + ".ko");
}

/// Debian's name of the architecture, in the names of its kernels.
std::string architecture(const Machine& machine) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNames = {{
        {"x86_64", "amd64"},
        {"aarch64", "arm64"},
        {"i686", "686-pae"},
        {"armv7l", "armmp"},
        {"ppc64le", "powerpc64le"},
    }};
    const auto row = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const auto& name) { return name.first == machine.machine; });
    return row == kNames.end() ? machine.machine : std::string(row->second);
}

/// 5.10.0-28-amd64 is older than 5.12.
bool is_older(const std::string& release, int major, int minor) {
    int here_major = 0;
    int here_minor = 0;
    if (std::sscanf(release.c_str(), "%d.%d", &here_major, &here_minor) != 2) return false;
    return here_major < major || (here_major == major && here_minor < minor);
}

Finding missing(const Machine& machine, std::string_view name, std::string text) {
    return found(name, std::move(text), {{"architecture", architecture(machine)}});
}

std::vector<Finding> check_nf_tables(const Machine& machine) {
    if (machine.firewall.ok() && machine.net_admin) return {ok("the kernel has nf_tables")};
    if (has_module(machine, "nf_tables")) return {ok("the kernel can load nf_tables")};
    if (!machine.net_admin) return {skipped("asking for nf_tables needs CAP_NET_ADMIN")};
    return {missing(machine, "nf-tables-missing",
                    "nf_tables cannot be asked: " + machine.firewall.error().message)};
}

bool is_program(const Machine& machine, const std::string& name) {
    const char* const folders[] = {"/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/",
                                   "/usr/local/sbin/"};
    return std::any_of(std::begin(folders), std::end(folders), [&](const char* folder) {
        return ::access((machine.root + folder + name).c_str(), X_OK) == 0;
    });
}

std::vector<Finding> check_iptables(const Machine& machine) {
    constexpr std::array<std::string_view, 3> kFlavours = {"", "-nft", "-legacy"};
    const auto flavour = kFlavours[static_cast<std::size_t>(machine.wanted.rules.flavour)];
    for (const char* head : {"iptables", "ip6tables"}) {
        const std::string program = head + std::string(flavour) + "-restore";
        if (!is_program(machine, program)) {
            return {found("iptables-missing", "there is no program " + program)};
        }
    }
    return {ok("iptables" + std::string(flavour) + "-restore is there")};
}

}  // namespace

std::vector<Finding> check_nfnetlink_log(const Machine& machine) {
    if (::access((machine.root + "/proc/net/netfilter/nfnetlink_log").c_str(), F_OK) == 0) {
        return {ok("the kernel has nfnetlink_log")};
    }
    if (has_module(machine, "nfnetlink_log")) return {ok("the kernel can load nfnetlink_log")};
    if (::access(module_folder(machine).c_str(), F_OK) != 0 &&
        ::access((machine.root + "/boot").c_str(), F_OK) == 0) {
        return {found("modules-gone", "no modules of the running kernel " + machine.release +
                                          " are installed (any more), nfnetlink_log among them")};
    }
    return {missing(machine, "nfnetlink-log-missing",
                    "kernel " + machine.release + " has no nfnetlink_log")};
}

std::vector<Finding> check_backend(const Machine& machine) {
    switch (machine.wanted.rules.backend) {
        case RulesBackend::nftables: return check_nf_tables(machine);
        case RulesBackend::iptables: return check_iptables(machine);
        case RulesBackend::none: break;
    }
    return {ok("the firewall's own rules log, none are installed")};
}

std::vector<Finding> check_owner_table(const Machine& machine) {
    const RulesOptions& rules = machine.wanted.rules;
    if (rules.backend != RulesBackend::nftables || !rules.owner) {
        return {ok("no table is to have an owner")};
    }
    if (is_older(machine.release, 5, 12)) {
        return {missing(machine, "no-owner-tables",
                        "kernel " + machine.release +
                            " has no tables that only their owner can change (5.12 has)")};
    }
    return {ok("only the daemon can change its table")};
}

std::vector<Finding> check_confinement(const Machine& machine) {
    std::vector<Finding> findings;
    if (::access((machine.root + "/proc/sys/kernel/seccomp/actions_avail").c_str(), F_OK) != 0) {
        findings.push_back(missing(machine, "no-seccomp", "the kernel has no seccomp filters"));
    }
    if (machine.landlock_error == EOPNOTSUPP) {
        findings.push_back(found(
            "no-landlock", "Landlock is built in, but not switched on",
            {{"command",
              "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&lsm=landlock,lockdown,yama,integrity,apparmor /' "
              "/etc/default/grub && update-grub && reboot",
              Blank::Kind::text}}));
    } else if (machine.landlock_error != 0) {
        findings.push_back(found(
            "no-landlock", "the kernel has no Landlock (5.13 has)",
            {{"command", "apt-get install linux-image-" + architecture(machine) + " && reboot",
              Blank::Kind::text}}));
    }
    return or_ok(std::move(findings), "Landlock and seccomp are there");
}

}  // namespace nflogd::doctor
