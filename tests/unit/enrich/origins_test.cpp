// SPDX-License-Identifier: GPL-2.0-or-later
#include "enrich/origins.hpp"

#include "catch.hpp"
#include "enrich/conventions.hpp"

using namespace nflogd;
using namespace nflogd::enrich;

namespace {

struct Said {
    std::string prefix;
    std::string action;
    std::string chain = {};
    std::string zone = {};
    std::string ruleset = {};
    std::string rule = {};
};

Record packet(std::string_view prefix, std::uint16_t group = 100) {
    Record record;
    record.clear();
    record.group = group;
    record.set(Field::group);
    record.prefix_length = static_cast<std::uint8_t>(prefix.copy(record.prefix.data(), 128));
    if (!prefix.empty()) record.set(Field::prefix);
    return record;
}

struct Desk {
    Labels labels;
    std::vector<PrefixRule> patterns;
    OriginBook book{labels, patterns};
    OriginCache cache{book};

    std::string action(std::string_view prefix, std::uint16_t group = 100) {
        Record record = packet(prefix, group);
        cache.apply(record);
        if (!record.has(Field::action)) return "-";
        return std::string(labels.text(record.rule, LabelText::action));
    }
};

}  // namespace

TEST_CASE("what front ends write into prefixes is understood") {
    const std::vector<Said> table = {
        {"[UFW BLOCK]", "drop", "", "", "ufw"},
        {"[UFW ALLOW]", "accept", "", "", "ufw"},
        {"[UFW LIMIT BLOCK]", "drop", "", "", "ufw"},
        {"[UFW LIMIT]", "", "", "", "ufw"},
        {"[UFW AUDIT]", "log", "", "", "ufw"},
        {"[UFW AUDIT INVALID]", "log", "", "", "ufw"},
        {"filter_IN_public_REJECT:", "reject", "", "public", "firewalld"},
        {"filter_IN_my_zone_DROP:", "drop", "", "my_zone", "firewalld"},
        {"filter_FWD_home_REJECT:", "reject", "", "home", "firewalld"},
        {"FINAL_REJECT:", "reject", "", "", "firewalld"},
        {"STATE_INVALID_DROP:", "drop", "", "", "firewalld"},
        {"rpfilter_DROP:", "drop", "", "", "firewalld"},
        {"RFC3964_IPv4_REJECT:", "reject", "", "", "firewalld"},
        {"IN_public_REJECT:", "reject", "", "public", "firewalld"},
        {"filter_IN_public_ICMP_BLOCK:", "drop", "", "public", "firewalld"},
        {"filter_FWD_home_ICMP_BLOCK:", "drop", "", "home", "firewalld"},
        {"Shorewall:net-fw:DROP:", "drop", "net-fw", "", "shorewall"},
        {"Shorewall:net-fw:2:REJECT:", "reject", "net-fw", "", "shorewall", "2"},
        {"net-fw DROP", "drop"},
        {"[ipv4-NAM-WAN-LOCAL-20-A]", "accept", "", "", "WAN-LOCAL", "20"},
        {"[ipv4-NAM-WAN_IN-default-D]", "drop", "", "", "WAN_IN"},
        {"[ipv6-FWD-filter-10-R]", "reject", "FWD", "", "filter", "10"},
        {"[ipv4-WAN_IN-default-D]", "drop", "", "", "WAN_IN"},
        {"[ipv6-FWD-filter-default-D]", "drop", "FWD", "", "filter", "default"},
        {"[STATE-POLICY-INV-D]", "drop", "", "", "STATE-POLICY"},
        {"[WAN_LOCAL-4000-D]", "drop", "", "", "WAN_LOCAL", "4000"},
        {"[WAN_LOCAL-default-A]", "accept", "", "", "WAN_LOCAL", "default"},
        {"reject wan in:", "reject", "", "wan", "fw4"},
        {"drop lan out:", "drop", "", "lan", "fw4"},
        {"accept guest forward:", "accept", "", "guest", "fw4"},
        {"drop wan invalid ct state:", "drop", "", "wan", "fw4"},
        {"@rule[3]:", "", "", "", "fw4", "3"},
        {"@redirect[1]:", "", "", "", "fw4", "1"},
        {"DROP", "drop"},
        {"in-REJECT:", "reject"},
        {"denied by policy", "drop"},
        {"DROP or ACCEPT", ""},
        {"ssh", ""},
        {"a", ""},
        {"dropbox", ""},
    };
    for (const Said& said : table) {
        CAPTURE(said.prefix);
        const RuleLabel label = label_of_prefix(said.prefix, {});
        CHECK(label[LabelText::action] == said.action);
        CHECK(label[LabelText::chain] == said.chain);
        CHECK(label[LabelText::zone] == said.zone);
        CHECK(label[LabelText::ruleset] == said.ruleset);
        CHECK(label[LabelText::rule_id] == said.rule);
    }
}

TEST_CASE("the operator's own patterns come first") {
    auto pattern = PrefixPattern::parse("DROP {zone}");
    const std::vector<PrefixRule> patterns = {{*pattern, "accept", "c", "", "mine"}};
    const RuleLabel label = label_of_prefix("DROP dmz", patterns);
    CHECK(label[LabelText::action] == "accept");
    CHECK(label[LabelText::zone] == "dmz");
    CHECK(label[LabelText::chain] == "c");
    CHECK(label[LabelText::ruleset] == "mine");
}

TEST_CASE("the ruleset knows better than the prefix, of its own group only") {
    Desk desk;
    CHECK(desk.action("DROP x") == "drop");
    RuleLabel accepts;
    accepts[LabelText::action] = "accept";
    accepts[LabelText::chain] = "c";
    const auto label = *desk.labels.add(Labels::Finder::ruleset, accepts);
    desk.book.set({{100, label, "DROP x"}});
    CHECK(desk.action("DROP x") == "accept");
    CHECK(desk.action("DROP x", 101) == "drop");
    Record record = packet("DROP x");
    desk.cache.apply(record);
    CHECK(record.has(Field::chain));
    CHECK_FALSE(record.has(Field::rule));
    CHECK_FALSE(record.has(Field::zone));
    desk.book.set({});
    CHECK(desk.action("DROP x") == "drop");
}

TEST_CASE("a record without a prefix, or with one that says nothing, stays as it is") {
    Desk desk;
    CHECK(desk.action("") == "-");
    CHECK(desk.action("ssh") == "-");
    Record record = packet("ssh");
    const std::uint64_t before = record.present;
    desk.cache.apply(record);
    CHECK(record.present == before);
}

TEST_CASE("a full table of labels means that nothing is known") {
    Desk desk;
    std::size_t known = 0;
    for (std::size_t i = 0; i < Labels::kMaxOthers + 10; ++i) {
        known += desk.action("[RULES-" + std::to_string(i) + "-D]") == "drop" ? 1U : 0U;
    }
    CHECK(known == Labels::kMaxOthers);
}
