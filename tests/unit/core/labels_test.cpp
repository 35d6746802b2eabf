// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/labels.hpp"

#include "catch.hpp"

using namespace nflogd;

TEST_CASE("a rule keeps its number, another action is another label") {
    const auto labels = std::make_unique<Labels>();
    const auto first = labels->add("web", "log");
    const auto second = labels->add("web", "drop");
    REQUIRE(first);
    REQUIRE(second);
    REQUIRE(*first != *second);
    REQUIRE(labels->add("web", "log") == first);
    REQUIRE((*labels)[*second][LabelText::name] == "web");
    REQUIRE(labels->text(*second, LabelText::action) == "drop");
    REQUIRE(labels->size() == 2);
}

TEST_CASE("a full table refuses") {
    const auto labels = std::make_unique<Labels>();
    for (std::size_t i = 0; i < Labels::kMaxRules; ++i) {
        REQUIRE(labels->add(std::to_string(i), "log"));
    }
    REQUIRE_FALSE(labels->add("one more", "log"));
    REQUIRE(labels->add("0", "log") == std::uint16_t{0});
}
