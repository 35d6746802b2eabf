// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks.hpp"

#include <array>
#include <utility>

namespace nflogd::doctor {
namespace {

constexpr std::array kChecks = {
    Check{"nfnetlink_log", check_nfnetlink_log},
    Check{"backend", check_backend},
    Check{"owner-table", check_owner_table},
    Check{"confinement", check_confinement},
    Check{"receive-buffer", check_receive_buffer},
    Check{"memory", check_memory},
    Check{"groups", check_groups},
    Check{"listeners", check_listeners},
    Check{"rule-counters", check_rule_counters},
    Check{"rule-limits", check_rule_limits},
    Check{"rule-settings", check_rule_settings},
    Check{"default-logger", check_default_logger},
    Check{"kernel-log", check_kernel_log},
    Check{"conntrack", check_conntrack},
    Check{"clock", check_clock},
    Check{"directories", check_directories},
    Check{"space", check_space},
    Check{"shared-files", check_shared_files},
    Check{"logrotate", check_logrotate},
    Check{"other-loggers", check_other_loggers},
    Check{"unit", check_unit},
    Check{"user", check_user},
    Check{"daemon", check_daemon},
};

}  // namespace

std::span<const Check> checks() { return kChecks; }

std::vector<Finding> examine(const Machine& machine) {
    std::vector<Finding> all;
    for (const Check& check : kChecks) {
        for (Finding& finding : check.look(machine)) {
            finding.check = check.name;
            all.push_back(std::move(finding));
        }
    }
    return all;
}

}  // namespace nflogd::doctor
