// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon itself: its user, and whether it runs and is well.
#include <unistd.h>

#include "checks.hpp"
#include "service.hpp"

namespace nflogd::doctor {

std::vector<Finding> check_user(const Machine& machine) {
    const std::string& name = machine.wanted.run_as;
    if (name.empty()) return {ok("the daemon runs as the user that starts it")};
    if (!machine.find_user || machine.find_user(name)) return {ok("there is a user " + name)};
    return {found("user-missing", "there is no user " + name, {{"user", name}})};
}

std::vector<Finding> check_daemon(const Machine& machine) {
    if (!machine.daemon) return {skipped("the control socket cannot be asked")};
    const std::string& config = machine.wanted.config_file;
    const std::string with = config.empty() ? "" : " -c " + shell_word(config);
    if (!machine.daemon->answers) {
        const std::string start = has_service(machine.root)
                                      ? std::string("systemctl start ") + kServiceUnit
                                      : "nflogd run" + with;
        return {found("not-running",
                      "the daemon does not answer at " + machine.wanted.control_socket + ": " +
                          machine.daemon->why_not,
                      {{"command", start, Blank::Kind::text}})};
    }
    if (!machine.daemon->degraded) return {ok("the daemon runs and is well")};
    std::string text = "the daemon is degraded";
    for (const std::string& warning : machine.daemon->warnings) text += "; " + warning;
    return {found("degraded", text, {{"command", "nflogd status" + with, Blank::Kind::text}})};
}

}  // namespace nflogd::doctor
