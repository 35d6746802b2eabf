// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The system calls that are left to a process that reads hostile bytes.
#pragma once

#include "core/result.hpp"

namespace nflogd::daemon {

/// Every other call fails with EPERM from now on.
Status restrict_system_calls();

}  // namespace nflogd::daemon
