// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/run_id.hpp"

#include "catch.hpp"

using namespace nflogd;

TEST_CASE("an id of this boot, and of this start in it") {
    const RunId first = new_run_id();
    REQUIRE(first.boot.size() == 36);
    REQUIRE(first.start.find_first_not_of("0123456789") == std::string::npos);
    RunId next = new_run_id();
    while (next.start == first.start) next = new_run_id();
    REQUIRE(next.boot == first.boot);
}

TEST_CASE("a boot id that cannot be read, or is none, is absent") {
    REQUIRE(new_run_id("/nonexistent").boot.empty());
    REQUIRE(new_run_id("/proc/version").boot.empty());
}
