// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The subcommands. Each file adds its options to a CLI11 app and returns what
/// is to be done when the command line has been read; that returns the exit code.
#pragma once

#include <functional>
#include <string>

#include "config/config.hpp"
#include "core/result.hpp"

namespace CLI {
class App;
}

namespace nflogd::daemon {

using Action = std::function<int()>;

Action add_run(CLI::App& app);
Action add_check(CLI::App& app);
Action add_rules(CLI::App& app);
Action add_replay(CLI::App& app);
Action add_record(CLI::App& app);
Action add_status(CLI::App& app);
Action add_doctor(CLI::App& app);
Action add_tail(CLI::App& app);
Action add_top(CLI::App& app);
Action add_report(CLI::App& app);

/// Adds -c/--config to a subcommand.
void add_config_option(CLI::App& app, std::string& path);

/// Adds --socket: the control socket of the daemon to ask.
void add_socket_option(CLI::App& app, std::string& path);
/// `socket` if it is not empty, else what the configuration says; the default if there is
/// no configuration that can be read.
[[nodiscard]] std::string control_socket_of(const std::string& config, const std::string& socket);

/// What only some outputs need; see pipeline::load_libraries().
Status load_libraries(const config::Config& config);

/// Reads the named file, or the default ones, or the embedded default.
config::Loaded load_config(const std::string& path);

/// One line a problem on stderr: "FILE:LINE:COL: message".
void print(const std::vector<config::Problem>& problems);
[[nodiscard]] std::string to_string(const config::Problem& problem);

/// Says what is wrong on stderr, unless the message is empty because it was said
/// already, and returns the exit code for main.
int fail(const Error& error);

}  // namespace nflogd::daemon
