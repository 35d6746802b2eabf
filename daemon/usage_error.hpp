// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What is said of a command line that cannot be read.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace nflogd::daemon {

/// The first argument that should be a command and is none: "unknown command
/// 'stauts' (did you mean 'status'?)". Empty if there is no such argument.
[[nodiscard]] std::string unknown_command(std::span<const char* const> arguments,
                                          const CLI::App& app);

/// Of a command line that `app` has refused for arguments that nobody takes: the
/// first unknown option, of the program or of the chosen command, with the one that was meant.
/// Empty if no argument that is left over looks like an option.
[[nodiscard]] std::string unknown_option(const CLI::App& app);

}  // namespace nflogd::daemon
