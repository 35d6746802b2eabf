// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Catch2 for a program that has a main() of its own.
#pragma once

namespace nflogd::test {

/// What a test program's exit code says when it could not run (ctest: skipped).
inline constexpr int kSkipped = 77;

/// Runs the test cases; the exit code.
int run_tests(int argc, char** argv);

}  // namespace nflogd::test
