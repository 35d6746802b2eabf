// SPDX-License-Identifier: GPL-2.0-or-later
#include "enrich/rules.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace nflogd;
using enrich::KnownRule;
using enrich::RuleIndex;

TEST_CASE("a rule is found by prefix and group") {
    const RuleIndex index({{"web", 100, 3}, {"web", 101, 4}, {"ssh", 100, 5}});
    REQUIRE(index.find("web", 100) == std::uint16_t{3});
    REQUIRE(index.find("web", 101) == std::uint16_t{4});
    REQUIRE(index.find("ssh", 100) == std::uint16_t{5});
    REQUIRE_FALSE(index.find("ssh", 101));
    REQUIRE_FALSE(index.find("we", 100));
    REQUIRE_FALSE(index.find("", 100));
}

TEST_CASE("an empty index finds nothing") { REQUIRE_FALSE(RuleIndex().find("web", 100)); }

TEST_CASE("a thousand rules are all found") {
    std::vector<KnownRule> rules;
    for (std::uint16_t i = 0; i < 1000; ++i) rules.push_back({"rule-" + std::to_string(i), 1, i});
    const RuleIndex index(rules);
    REQUIRE(std::all_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return index.find(rule.prefix, 1) == rule.label;
    }));
    REQUIRE_FALSE(index.find("rule-1000", 1));
}

TEST_CASE("a record without a known prefix gets no rule") {
    const RuleIndex index({{"web", 100, 3}});
    Record record;
    record.clear();
    record.group = 100;
    record.set(Field::group);
    index.apply(record);
    REQUIRE_FALSE(record.has(Field::rule));
    const std::string_view prefix = "web";
    std::copy(prefix.begin(), prefix.end(), record.prefix.begin());
    record.prefix_length = 3;
    record.set(Field::prefix);
    index.apply(record);
    REQUIRE(record.has(Field::rule));
    REQUIRE(record.has(Field::action));
    REQUIRE(record.rule == 3);
}
