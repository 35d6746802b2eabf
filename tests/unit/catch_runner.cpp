// SPDX-License-Identifier: GPL-2.0-or-later
#define CATCH_CONFIG_RUNNER
#include "catch_runner.hpp"

#include "catch.hpp"

int nflogd::test::run_tests(int argc, char** argv) { return Catch::Session().run(argc, argv); }
