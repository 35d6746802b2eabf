// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <array>
#include <ctime>

#include "checks.hpp"

namespace nflogd::doctor {
namespace {

struct TimeService {
    const char* program;
    const char* command;  ///< sets the clock and keeps it right
};

/// The first that is installed; the last one has to be.
constexpr std::array kServices = {
    TimeService{"/usr/sbin/chronyd", "systemctl enable --now chrony && chronyc waitsync 30"},
    TimeService{"/usr/sbin/ntpd", "systemctl enable --now ntpsec"},
    TimeService{"/usr/lib/systemd/systemd-timesyncd", "timedatectl set-ntp true"},
    TimeService{"", "apt-get install chrony"},
};

Blank command(const Machine& machine) {
    for (const TimeService& service : kServices) {
        const std::string path = machine.root + service.program;
        if (*service.program != '\0' && ::access(path.c_str(), X_OK) != 0) continue;
        return {"command", service.command, Blank::Kind::text};
    }
    return {};
}

int year_of(std::chrono::seconds time) {
    const std::time_t seconds = time.count();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return parts.tm_year + 1900;
}

}  // namespace

std::vector<Finding> check_clock(const Machine& machine) {
    const int year = year_of(machine.now);
    if (year < machine.build_year) {
        return {found("clock-wrong",
                      "the clock says " + std::to_string(year) + ", nflogd was built in " +
                          std::to_string(machine.build_year),
                      {command(machine)})};
    }
    if (machine.unsynchronised) {
        return {found("clock-unsynchronised",
                      "nothing keeps the clock right (adjtimex: STA_UNSYNC)", {command(machine)})};
    }
    return {ok("the clock is synchronised")};
}

}  // namespace nflogd::doctor
