// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The table of checks: each looks at one matter and says at least one thing about it.
/// None changes anything.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "finding.hpp"
#include "machine.hpp"

namespace nflogd::doctor {

struct Check {
    std::string_view name;
    std::vector<Finding> (*look)(const Machine& machine);
};

[[nodiscard]] std::span<const Check> checks();

/// All of them, in the order of the table.
[[nodiscard]] std::vector<Finding> examine(const Machine& machine);

// kernel.cpp
std::vector<Finding> check_nfnetlink_log(const Machine& machine);
std::vector<Finding> check_backend(const Machine& machine);
std::vector<Finding> check_owner_table(const Machine& machine);
std::vector<Finding> check_confinement(const Machine& machine);
// memory.cpp
std::vector<Finding> check_receive_buffer(const Machine& machine);
std::vector<Finding> check_memory(const Machine& machine);
// groups.cpp
std::vector<Finding> check_groups(const Machine& machine);
std::vector<Finding> check_listeners(const Machine& machine);
// log_rules.cpp
std::vector<Finding> check_rule_counters(const Machine& machine);
std::vector<Finding> check_rule_limits(const Machine& machine);
std::vector<Finding> check_rule_settings(const Machine& machine);
// netfilter.cpp
std::vector<Finding> check_default_logger(const Machine& machine);
std::vector<Finding> check_kernel_log(const Machine& machine);
std::vector<Finding> check_conntrack(const Machine& machine);
// clock.cpp
std::vector<Finding> check_clock(const Machine& machine);
// directories.cpp
std::vector<Finding> check_directories(const Machine& machine);
// space.cpp
std::vector<Finding> check_space(const Machine& machine);
// shared_files.cpp
std::vector<Finding> check_shared_files(const Machine& machine);
// logrotate.cpp
std::vector<Finding> check_logrotate(const Machine& machine);
// other_loggers.cpp
std::vector<Finding> check_other_loggers(const Machine& machine);
// service.cpp
std::vector<Finding> check_unit(const Machine& machine);
// running.cpp
std::vector<Finding> check_user(const Machine& machine);
std::vector<Finding> check_daemon(const Machine& machine);

}  // namespace nflogd::doctor
