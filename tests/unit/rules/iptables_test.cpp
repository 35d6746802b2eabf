// SPDX-License-Identifier: GPL-2.0-or-later
// The ruleset against programs that fail as the real ones seldom do.
#include "rules/iptables.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

struct Call {
    std::string program;
    std::string input;
};

/// Programs that always answer well, but for what `refuses` says.
class Programs {
public:
    std::function<std::string(const Call&)> refuses = [](const Call&) { return ""; };
    std::string saved;
    std::vector<Call> restored;

    RunProgram run() {
        return [this](const std::vector<std::string>& argv,
                      std::string_view input) -> Result<ProcessResult> {
            const Call call{argv[0], std::string(input)};
            if (argv.back() == "--version") return ProcessResult{0, argv[0] + " (legacy)\n", ""};
            const auto error = refuses(call);
            if (error == "missing") return Error{argv[0] + ": no such program", EX_UNAVAILABLE};
            if (argv[0].ends_with("restore")) restored.push_back(call);
            if (!error.empty()) return ProcessResult{2, "", error};
            return ProcessResult{0, saved, ""};
        };
    }
};

RulesOptions iptables_options(std::vector<LogRule> rules) {
    return options(std::move(rules), RulesBackend::iptables);
}

Status install(Programs& programs, const RulesOptions& opts) {
    IptablesRuleset ruleset(programs.run(), open_nft, {4, 6});
    return ruleset.install(opts);
}

}  // namespace

TEST_CASE("a missing program names its package") {
    Programs programs;
    programs.refuses = [](const Call&) { return "missing"; };
    const auto status = install(programs, iptables_options({rule("a")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().exit_code == EX_UNAVAILABLE);
    REQUIRE(contains(status.error().message, "package iptables"));
}

TEST_CASE("each flavour runs its own programs") {
    const std::pair<IptablesFlavour, std::string> flavours[] = {
        {IptablesFlavour::system, "iptables-restore"},
        {IptablesFlavour::nft, "iptables-nft-restore"},
        {IptablesFlavour::legacy, "iptables-legacy-restore"},
    };
    for (const auto& [flavour, program] : flavours) {
        Programs programs;
        auto opts = iptables_options({rule("a")});
        opts.flavour = flavour;
        REQUIRE(install(programs, opts).ok());
        REQUIRE(programs.restored.at(0).program == program);
        REQUIRE(programs.restored.at(1).program == "ip6" + program.substr(2));
    }
}

TEST_CASE("no privilege names the capability and leaves it at that") {
    Programs programs;
    programs.refuses = [](const Call& call) {
        return call.program.ends_with("save") ? "x v1 (nf_tables): Could not fetch rule set "
                                                "generation id: Permission denied (you must be "
                                                "root)\n"
                                              : "";
    };
    const auto status = install(programs, iptables_options({rule("a")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().exit_code == EX_NOPERM);
    REQUIRE(contains(status.error().message, "CAP_NET_ADMIN"));
    REQUIRE(programs.restored.empty());
}

TEST_CASE("a refused line is told by its rule") {
    Programs programs;
    auto bad = rule("b");
    bad.match = "--foo";
    bad.where = {"t.yaml", 12, 5};
    programs.refuses = [](const Call& call) {
        const auto at = call.input.find("--foo");
        if (at == std::string::npos) return std::string();
        const auto line =
            std::count(call.input.begin(), call.input.begin() + static_cast<long>(at), '\n') + 1;
        return "iptables-restore v1.8.9 (legacy): unknown option \"--foo\"\nError occurred at "
               "line: " +
               std::to_string(line) + "\nTry `iptables-restore -h' for more information.\n";
    };
    const auto status = install(programs, iptables_options({rule("a"), bad}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().message ==
            "t.yaml:12:5: rule 'b': iptables-restore: unknown option \"--foo\"");
    REQUIRE(status.error().exit_code == EX_CONFIG);
}

TEST_CASE("when ip6tables refuses, iptables is taken back") {
    Programs programs;
    programs.refuses = [](const Call& call) {
        return call.program == "ip6tables-restore" ? "ip6tables-restore: line 5 failed\n" : "";
    };
    programs.saved =
        "*filter\n:INPUT ACCEPT [0:0]\n:T.INPUT - [0:0]\n:T.0 - [0:0]\n"
        "-A INPUT -j T.INPUT\nCOMMIT\n";
    const auto status = install(programs, iptables_options({rule("a")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().message == "ip6tables-restore: line 5 failed");
    const auto back = std::find_if(programs.restored.begin() + 2, programs.restored.end(),
                                   [](const Call& c) { return c.program == "iptables-restore"; });
    REQUIRE(back != programs.restored.end());
    REQUIRE(back->input ==
            "*filter\n-D INPUT -j T.INPUT\n-F T.0\n-F T.INPUT\n-X T.0\n"
            "-X T.INPUT\nCOMMIT\n");
}

TEST_CASE("leftovers go in the transaction that installs") {
    Programs programs;
    programs.saved =
        "*filter\n:INPUT ACCEPT [0:0]\n:T.INPUT - [0:0]\n:T.9a - [0:0]\n:TX - [0:0]\n"
        "-A INPUT -i eth0 -j TX\n-A INPUT -j T.INPUT\n-A T.INPUT -j T.9a\nCOMMIT\n";
    IptablesRuleset ruleset(programs.run(), open_nft, {4});
    REQUIRE(ruleset.install(iptables_options({rule("a")})).ok());
    REQUIRE(programs.restored.size() == 1);
    const auto& text = programs.restored[0].input;
    REQUIRE(
        text.starts_with("*filter\n-D INPUT -j T.INPUT\n-F T.9a\n-F T.INPUT\n-X T.9a\n"
                         "-X T.INPUT\n:T.INPUT - [0:0]\n:T.0 - [0:0]\n"));
    REQUIRE_FALSE(contains(text, "TX"));
}

TEST_CASE("chains that are gone are an error, not a 0") {
    Programs programs;
    IptablesRuleset ruleset(programs.run(), open_nft, {4});
    REQUIRE(ruleset.install(iptables_options({rule("a")})).ok());
    REQUIRE_FALSE(ruleset.count().ok());
    const std::string chains = "*filter\n:T.0 - [0:0]\n[3:9] -A T.0\n[2:6] -A T.0 -j NFLOG\n";
    programs.saved = chains + "COMMIT\n";  // no jump leads there
    REQUIRE_FALSE(ruleset.count().ok());
    programs.saved = chains + "[9:9] -A INPUT -j T.INPUT\nCOMMIT\n";
    const auto counts = ruleset.count();
    REQUIRE(counts.ok());
    REQUIRE(counts->front().matched == 3);
    REQUIRE(counts->front().passed == 2);
}
