// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The system calls that are left to a process that reads hostile bytes.
#pragma once

#include <vector>

#include "core/result.hpp"

namespace nflogd::daemon {

/// What some outputs need besides.
struct MoreCalls {
    bool accept = false;   ///< connections to sockets that listen already
    bool library = false;  ///< a library makes and wakes its own threads, and looks up names
};

/// Every other call fails with EPERM from now on. Sockets of `families` may be made,
/// set up and connected; without any, none.
Status restrict_system_calls(const std::vector<int>& families, const MoreCalls& more = {});

}  // namespace nflogd::daemon
