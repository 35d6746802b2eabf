// SPDX-License-Identifier: GPL-2.0-or-later
// Backend none: the operator's rules log and count.
#include "catch.hpp"
#include "kernel_support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

RulesOptions none(std::vector<std::string> prefixes, std::vector<std::uint16_t> groups = {7}) {
    std::vector<LogRule> rules;
    for (auto& prefix : prefixes) {
        auto made = rule(std::move(prefix));
        made.group = groups.front();
        rules.push_back(std::move(made));
    }
    auto made = options(std::move(rules), RulesBackend::none);
    made.groups = std::move(groups);
    return made;
}

void nft(const std::string& commands) { output_of({"nft", "-f", "-"}, commands); }

std::string chain_with(const std::string& rules) {
    return "table inet theirs { counter named { }\nchain input { type filter hook input priority "
           "0;\n" +
           rules + "\n}\n}\n";
}

std::unique_ptr<Ruleset> installed(const RulesOptions& options) {
    auto ruleset = make_ruleset(RulesBackend::none);
    require(ruleset->install(options));
    return ruleset;
}

std::vector<std::string> counted_names(Ruleset& ruleset) {
    const auto counts = ruleset.count();
    INFO((counts ? "" : counts.error().message));
    REQUIRE(counts.ok());
    std::vector<std::string> names;
    for (const auto& count : *counts) names.push_back(count.name);
    return names;
}

}  // namespace

TEST_CASE("none: what the operator's rules log is counted by prefix and group") {
    OwnNetwork network;
    nft(
        chain_with("udp dport 9999 counter log prefix \"anon \" group 7\n"
                   "udp dport 9999 log prefix \"behind\" group 7 counter accept\n"));
    nft("table inet second { counter named { }\nchain input { type filter hook input priority 1;\n"
        "udp dport 9998 counter name named log prefix \"named\" group 7\n"
        "udp dport 9998 counter limit rate 1/day burst 3 packets counter log prefix \"limited\" "
        "group 7\n"
        "udp dport 9998 counter log prefix \"anon\" group 7\n"
        "udp dport 9998 counter log prefix \"anon\" group 8\n"
        "udp dport 9998 counter log prefix \"kernel log\"\n}\n}\n");
    send_udp("127.0.0.1", 9999, 20);  // before we came
    const auto before = output_of({"nft", "list", "ruleset"});
    const auto ruleset =
        installed(none({"anon", "behind", "named", "limited", "unknown", "kernel log"}));
    CHECK(output_of({"nft", "list", "ruleset"}) == before);
    send_udp("127.0.0.1", 9999, 4);
    send_udp("127.0.0.1", 9998, 10);
    CHECK(count_of(*ruleset, "anon").matched == 14);
    CHECK(count_of(*ruleset, "behind").passed == 4);
    CHECK(count_of(*ruleset, "named").matched == 10);
    CHECK(count_of(*ruleset, "limited").matched == 10);
    CHECK(count_of(*ruleset, "limited").passed == 3);
    CHECK(counted_names(*ruleset) ==
          std::vector<std::string>{"anon", "behind", "named", "limited"});
    CHECK(ruleset->take_warnings().empty());
    REQUIRE(ruleset->groups().size() == 1);
    CHECK(ruleset->groups()[0].group == 7);
    CHECK(ruleset->groups()[0].passed == 31U);
    CHECK(ruleset->missing()->empty());
}

TEST_CASE("none: a rule that does not count is told once, and its sums are not known") {
    OwnNetwork network;
    nft(
        chain_with("udp dport 9999 counter log prefix \"counts\" group 7\n"
                   "udp dport 9999 log prefix \"does not\" group 7\n"
                   "udp dport 9999 counter udp sport > 1 log prefix \"does not\" group 7\n"
                   "udp dport 9999 log prefix \"not ours\" group 9\n"));
    const auto ruleset = installed(none({"counts", "does not"}));
    send_udp("127.0.0.1", 9999, 2);
    CHECK(counted_names(*ruleset) == std::vector<std::string>{"counts"});
    const auto warnings = ruleset->take_warnings();
    REQUIRE(warnings.size() == 1);
    CHECK(contains(warnings[0], "rule 'inet theirs input handle "));
    CHECK(contains(warnings[0], "logs to group 7 without counting"));
    CHECK(counted_names(*ruleset).size() == 1);
    CHECK(ruleset->take_warnings().empty());
    REQUIRE(ruleset->groups().size() == 1);
    CHECK_FALSE(ruleset->groups()[0].passed);
}

TEST_CASE("none: a firewall that is loaded anew goes on with its sums") {
    OwnNetwork network;
    const auto theirs = chain_with("udp dport 9999 counter log prefix \"a\" group 7");
    nft(theirs);
    const auto ruleset = installed(none({"a"}));
    send_udp("127.0.0.1", 9999, 5);
    REQUIRE(count_of(*ruleset, "a").matched == 5);
    nft("flush ruleset\n" + theirs);
    send_udp("127.0.0.1", 9999, 50);
    const auto count = count_of(*ruleset, "a");
    CHECK(count.matched == 55);
    CHECK(count.restarted);
    nft("flush ruleset");
    CHECK(counted_names(*ruleset).empty());
    CHECK(ruleset->groups()[0].passed == 55U);
    nft(theirs);
    send_udp("127.0.0.1", 9999, 1);
    CHECK(count_of(*ruleset, "a").matched == 56);
}

TEST_CASE("none: rules of iptables count, whatever its flavour") {
    for (const auto& [flavour, infix] :
         {std::pair{IptablesFlavour::nft, "-nft"}, std::pair{IptablesFlavour::legacy, "-legacy"}}) {
        if (!usable(flavour)) continue;
        INFO(infix);
        OwnNetwork network;
        for (const std::string version : {"ip", "ip6"})
            output_of({"sh", "-c",
                       version + "tables" + infix +
                           " -A INPUT -p udp --dport 9999 -m length --length 20:100 -j NFLOG "
                           "--nflog-group 7 --nflog-prefix 'all of it '"});
        const auto ruleset = installed(none({"all of it"}));
        send_udp("127.0.0.1", 9999, 4);
        send_udp("::1", 9999, 3);
        CHECK(count_of(*ruleset, "all of it").matched == 7);
        CHECK(ruleset->take_warnings().empty());
    }
}

TEST_CASE("none: nothing is counted where there is nothing") {
    OwnNetwork network;
    const auto ruleset = installed(none({"a"}));
    CHECK(counted_names(*ruleset).empty());
    CHECK(ruleset->groups().empty());
    require(ruleset->quiesce());
    require(ruleset->restore());
    require(ruleset->remove());
}
