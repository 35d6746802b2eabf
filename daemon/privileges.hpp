// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// From root to the user that the configuration names.
#pragma once

#include <string>

#include "core/result.hpp"

namespace nflogd::daemon {

/// Becomes `user` and keeps only CAP_NET_ADMIN (programs that are started, like
/// iptables-restore, get it too). Does nothing unless run by root with a user
/// named. A user that does not exist is told in the log, and root stays.
Status become(const std::string& user);

}  // namespace nflogd::daemon
