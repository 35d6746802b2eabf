// SPDX-License-Identifier: GPL-2.0-or-later
#include "privileges.hpp"

#include <cap-ng.h>
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/log.hpp"

namespace nflogd::daemon {

Status become(const std::string& user) {
    if (user.empty() || ::geteuid() != 0) return {};
    const passwd* entry = ::getpwnam(user.c_str());
    if (entry == nullptr) {
        log::warning("run_as: there is no user '" + user + "'; running as root");
        return {};
    }
    capng_clear(CAPNG_SELECT_BOTH);
    const auto sets = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED |
                                                CAPNG_INHERITABLE | CAPNG_BOUNDING_SET);
    capng_update(CAPNG_ADD, sets, CAP_NET_ADMIN);
    const int changed =
        capng_change_id(static_cast<int>(entry->pw_uid), static_cast<int>(entry->pw_gid),
                        static_cast<capng_flags_t>(CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING));
    if (changed != 0) {
        return Error{
            "run_as: cannot become '" + user + "' (libcap-ng " + std::to_string(changed) + ")",
            EX_NOPERM};
    }
    capng_update(CAPNG_ADD, CAPNG_AMBIENT, CAP_NET_ADMIN);
    if (capng_apply(CAPNG_SELECT_AMBIENT) != 0) {
        log::warning("run_as: CAP_NET_ADMIN cannot be handed to programs that are started");
    }
    return {};
}

}  // namespace nflogd::daemon
