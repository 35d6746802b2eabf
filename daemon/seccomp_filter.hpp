// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The system calls that are left to a process that reads hostile bytes.
#pragma once

#include <vector>

#include "core/result.hpp"

namespace nflogd::daemon {

/// Every other call fails with EPERM from now on. Sockets of `families` may be made,
/// set up and connected; without any, none. `library`: a library makes and wakes its own
/// threads, and looks up names.
Status restrict_system_calls(const std::vector<int>& families, bool library);

}  // namespace nflogd::daemon
