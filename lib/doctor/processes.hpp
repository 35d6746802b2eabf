// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The processes of the machine, as /proc shows them. Any thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace nflogd::doctor {

struct Process {
    pid_t pid = 0;
    std::string program;             ///< /proc/PID/comm
    std::vector<std::string> words;  ///< its command line
    std::string unit;                ///< the service that it belongs to; empty: none
    std::string directory = {};      ///< that it works in; empty: not known
};

/// A process that has ended meanwhile has no program.
[[nodiscard]] Process read_process(const std::string& root, pid_t pid);
[[nodiscard]] std::vector<Process> list_processes(const std::string& root);

/// The command that ends it, and keeps its service from starting it again.
[[nodiscard]] std::string stop_command(const Process& process);

/// "ulogd (pid 1234)".
[[nodiscard]] std::string name_of(const Process& process);

/// Whether it is one of the two processes of the daemon with this configuration.
[[nodiscard]] bool is_daemon(const Process& process, const std::string& config);

/// The path of the configuration that this nflogd was started with; empty: the default.
[[nodiscard]] std::string config_of(const Process& nflogd);

}  // namespace nflogd::doctor
