// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a process that reads hostile bytes may still do: no capability, no new
/// privilege, only the system calls that it needs (seccomp(2)), only the files
/// that it is given (landlock(7)). For this process and all threads that it
/// starts later; there is no way back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace nflogd::daemon {

struct Sandbox {
    /// Below these, files may be made, written, renamed and removed.
    std::vector<std::string> writable_directories;
    std::vector<std::string> readable_files;
    /// Below these, files may be read, and found.
    std::vector<std::string> readable_directories;
    /// Sockets of these families may be made and connected; with TCP only to these
    /// ports, if Landlock is new enough (ABI 4).
    std::vector<int> socket_families;
    std::vector<std::uint16_t> tcp_ports;
    /// On sockets that listen already.
    bool accept_connections = false;
    /// TCP to any port: who answers may name others (Kafka's brokers do).
    bool any_tcp_port = false;
    /// Root may go on reading other users' files.
    bool read_as_root = false;
};

/// While the process has one thread. Where the kernel knows no Landlock, or only
/// an older one, the rest holds all the same; the returned text tells the level
/// that was reached. Error: EX_OSERR if capabilities or system calls could not be
/// given up.
Result<std::string> enter(const Sandbox& sandbox);

/// A part of that: gives up every capability.
Status drop_capabilities(bool read_as_root = false);

}  // namespace nflogd::daemon
