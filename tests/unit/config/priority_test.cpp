// SPDX-License-Identifier: GPL-2.0-or-later
// Which group a rule of high priority gets.
#include "catch.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

using Groups = std::vector<std::uint16_t>;

Config good(std::string_view text) {
    Loaded loaded = load_string(with_output(text));
    INFO(lines(loaded.problems));
    REQUIRE(loaded.problems.empty());
    return std::move(loaded.config);
}

constexpr std::string_view kHigh = "{name: high, hook: input, priority: high}";
constexpr std::string_view kNormal = "{name: normal, hook: input}";

std::string rules(std::string_view first, std::string_view second = kNormal) {
    return "rules: {log: [" + std::string(first) + ", " + std::string(second) + "]}";
}

}  // namespace

TEST_CASE("the group behind the first one is read for rules of high priority") {
    const Config config = good(rules(kHigh));
    CHECK(config.sources[0].groups == Groups{100, 101});
    CHECK(config.rules.groups == Groups{100, 101});
    CHECK(config.rules.log[0].group == 101);
    CHECK(config.rules.log[1].group == 100);
}

TEST_CASE("without such a rule no group is added") {
    CHECK(good(rules(kNormal, "{name: b, hook: input, priority: normal}")).sources[0].groups ==
          Groups{100});
}

TEST_CASE("a number that is in use is passed over, the last one is followed by 0") {
    const std::string head = "sources: [{groups: [7, 8]}, {groups: 9}]\n";
    CHECK(good(head + rules(kHigh)).sources[0].groups == Groups{7, 8, 10});
    const std::string last = "sources: [{groups: [65535, 0], snaplen: 64}]\n";
    const Config config = good(last + rules(kHigh));
    CHECK(config.rules.log[0].group == 1);
    CHECK(config.rules.log[0].snaplen == 64);
}

TEST_CASE("a priority group is read, whether a rule uses it or not") {
    const std::string head =
        "sources: [{groups: 7}, {groups: 9, priority_group: 3, queue_threshold: 1}]\n";
    CHECK(good(head + rules(kNormal, "{name: b, hook: input}")).sources[1].groups == Groups{9, 3});
    const Config config = good(head + rules(kHigh));
    CHECK(config.rules.log[0].group == 3);
    CHECK(config.rules.log[0].queue_threshold == 1);
    CHECK(config.rules.log[1].group == 7);
    CHECK(config.rules.groups == Groups{7, 9, 3});
}

TEST_CASE("a group that the rule names is its own, if no other rule is in it") {
    const Config config = good("sources: [{groups: [7, 8]}]\n" +
                               rules("{name: a, hook: input, priority: high, group: 8}"));
    CHECK(config.sources[0].groups == Groups{7, 8});
    CHECK(config.rules.log[0].group == 8);
}

TEST_CASE("where every number is in use that is said, at once") {
    std::string all = "sources: [{groups: [0";
    for (int group = 1; group < 65536; ++group) all += ',' + std::to_string(group);
    const auto problems = load_string(with_output(all + "]}]\n" + rules(kHigh))).problems;
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].message == "no group is left for rules of high priority");
    CHECK(problems[0].where.line == 2);
}
