// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Runs one of the system's administration programs to its end.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace nflogd::rules {

struct ProcessResult {
    int exit_code = 0;  ///< 128 + the signal, if one ended it
    std::string out;
    std::string err;
};

/// `argv[0]` is a program's name, `input` becomes its standard input. An error
/// means that it did not run; EX_UNAVAILABLE: there is no such program.
using RunProgram = std::function<Result<ProcessResult>(const std::vector<std::string>& argv,
                                                       std::string_view input)>;

/// The real one. No shell; the program is looked for in the system's own
/// directories, not in PATH; it gets an environment of our own, no signal
/// blocked or ignored, and no descriptor but its three. Waits for its end.
Result<ProcessResult> run_program(const std::vector<std::string>& argv, std::string_view input);

}  // namespace nflogd::rules
