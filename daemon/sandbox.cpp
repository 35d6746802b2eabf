// SPDX-License-Identifier: GPL-2.0-or-later
#include "sandbox.hpp"

#include <cap-ng.h>
#include <sys/prctl.h>
#include <sysexits.h>

#include <cerrno>
#include <ctime>

#include "landlock_ruleset.hpp"
#include "seccomp_filter.hpp"

namespace nflogd::daemon {

Status drop_capabilities(bool read_as_root) {
    capng_get_caps_process();
    const bool reads_all = capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH) != 0;
    capng_clear(CAPNG_SELECT_CAPS);
    if (read_as_root && reads_all) {
        const auto sets = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED);
        capng_update(CAPNG_ADD, sets, CAP_DAC_READ_SEARCH);
    }
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (capng_apply(CAPNG_SELECT_CAPS) != 0) {
        return Error{"cannot give up the capabilities of the worker process", EX_OSERR};
    }
    return {};
}

Result<std::string> enter(const Sandbox& sandbox) {
    ::tzset();  // reads files
    if (Status status = drop_capabilities(sandbox.read_as_root); !status) return status.error();
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return system_error(errno, "PR_SET_NO_NEW_PRIVS");
    }
    const std::string landlock =
        restrict_access(sandbox.writable_directories, sandbox.readable_files,
                        sandbox.readable_directories, sandbox.tcp_ports, sandbox.any_tcp_port);
    const Status restricted = restrict_system_calls(
        sandbox.socket_families, {sandbox.accept_connections, sandbox.any_tcp_port});
    if (!restricted) return restricted.error();
    return "no capabilities, system calls filtered, " + landlock;
}

}  // namespace nflogd::daemon
