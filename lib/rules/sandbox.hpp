// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A place where rules can be tried for real without touching the machine's.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace nflogd::rules {

/// Runs `body` in a child process inside a new, empty network namespace (in a
/// user namespace of its own where we are not privileged) and gives back what it
/// returned. Nothing: such a namespace cannot be made here.
std::optional<std::string> in_own_network(const std::function<std::string()>& body);

}  // namespace nflogd::rules
