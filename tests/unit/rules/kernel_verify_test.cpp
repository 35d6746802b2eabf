// SPDX-License-Identifier: GPL-2.0-or-later
#include "catch.hpp"
#include "kernel_support.hpp"
#include "rules/sandbox.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

std::string nft_ruleset() { return output_of({"nft", "list", "ruleset"}); }

LogRule with_match(std::string name, std::string match, Hook hook = Hook::input) {
    auto made = udp_rule(std::move(name), hook);
    made.match = std::move(match);
    return made;
}

std::string messages(const std::vector<Error>& errors) {
    std::string text;
    for (const auto& error : errors) text += error.message + '\n';
    return text;
}

}  // namespace

TEST_CASE("verify: good rules have no errors and leave no trace") {
    OwnNetwork network;
    const auto before = nft_ruleset();
    REQUIRE(messages(verify(options({udp_rule("a"), udp_rule("b")}))).empty());
    REQUIRE(messages(verify(options({udp_rule("a")}, RulesBackend::iptables))).empty());
    REQUIRE(nft_ruleset() == before);
}

TEST_CASE("verify: a running daemon's table is no error") {
    OwnNetwork network;
    const auto ruleset = make_ruleset(RulesBackend::nftables);
    require(ruleset->install(options({udp_rule("a")})));
    REQUIRE(messages(verify(options({udp_rule("a"), with_match("b", "iif lo")}))).empty());
    output_of({"ip", "link", "add", "dummy7", "type", "veth", "peer", "name", "dummy8"});
    REQUIRE(messages(verify(options({with_match("b", "iif dummy7")}))).empty());
    REQUIRE(count_of(*ruleset, "a").matched == 0);
}

TEST_CASE("verify: every refused rule of nftables, by nft and by the kernel") {
    OwnNetwork network;
    const auto errors =
        verify(options({udp_rule("fine"), with_match("syntax", "foo"), udp_rule("good"),
                        with_match("range", "udp dport 99999"), with_match("set", "ip saddr @s")}));
    INFO(messages(errors));
    REQUIRE(errors.size() == 3);
    REQUIRE(contains(errors[0].message, "t.yaml:7:3: rule 'syntax': nft: syntax error"));
    REQUIRE(contains(errors[1].message, "rule 'range': nft: Service out of range"));
    REQUIRE(contains(errors[2].message, "rule 'set': nft: No such file or directory"));
    REQUIRE(errors[0].exit_code == EX_CONFIG);
}

TEST_CASE("verify: an interface that only the machine's own namespace has") {
    OwnNetwork network;
    output_of({"ip", "link", "add", "dummy7", "type", "veth", "peer", "name", "dummy8"});
    REQUIRE(messages(verify(options({with_match("here", "iif dummy7")}))).empty());
    REQUIRE(contains(messages(verify(options({with_match("not-here", "iif dummy9")}))),
                     "Interface does not exist"));
    REQUIRE(nft_ruleset().empty());
}

TEST_CASE("verify: what is refused without the kernel does not hide the rest") {
    OwnNetwork network;
    const auto errors = verify(options({with_match("acts", "accept"), with_match("bad", "foo"),
                                        udp_rule("twice"), udp_rule("twice")}));
    INFO(messages(errors));
    REQUIRE(errors.size() == 3);
    REQUIRE(contains(messages(errors), "rule 'acts'"));
    REQUIRE(contains(messages(errors), "rule 'twice': another rule"));
    REQUIRE(contains(messages(errors), "rule 'bad': nft:"));
}

TEST_CASE("verify: every refused rule of iptables, by the program and by the kernel") {
    for (const auto flavour : {IptablesFlavour::nft, IptablesFlavour::legacy}) {
        if (!usable(flavour)) continue;  // main() says so
        OwnNetwork network;
        auto opts = options({udp_rule("fine"), with_match("option", "--foo"),
                             with_match("kernel", "-m owner --uid-owner 0"), udp_rule("good")},
                            RulesBackend::iptables);
        opts.flavour = flavour;
        const auto errors = verify(opts);
        INFO(messages(errors));
        REQUIRE(errors.size() == 2);
        REQUIRE(contains(errors[0].message, "rule 'option': iptables"));
        REQUIRE(contains(errors[1].message, "rule 'kernel'"));
        REQUIRE(nft_ruleset().empty());
    }
}

TEST_CASE("a sandbox is another network namespace, and gives back what it made") {
    OwnNetwork network;
    output_of({"nft", "add", "table", "inet", "outside"});
    const auto inside = in_own_network([] {
        const auto result = run_program({"nft", "list", "tables"}, "");
        return "tables: " + (result ? result->out : "?");
    });
    REQUIRE(inside == "tables: ");
}
