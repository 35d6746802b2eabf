// SPDX-License-Identifier: GPL-2.0-or-later
// The ruleset against an nft that answers as kernels do that are not at hand.
#include "rules/nftables.hpp"

#include <cerrno>
#include <cstring>

#include "catch.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

using Answer = std::function<NftReply(const std::string& commands)>;

struct Script {
    Answer answer;
    std::vector<std::string> asked;
};

class FakeNft final : public Nft {
public:
    explicit FakeNft(Script& script) : script_(script) {}
    NftReply run(const std::string& commands) override {
        script_.asked.push_back(commands);
        return script_.answer(commands);
    }

private:
    Script& script_;
};

OpenNft opener(Script& script) {
    return [&script]() -> Result<std::unique_ptr<Nft>> {
        return std::unique_ptr<Nft>(std::make_unique<FakeNft>(script));
    };
}

NftReply refuse(const std::string& error) { return {false, "", error}; }
NftReply refuse(int errno_value, int line = 3) {
    return refuse("/proc/self/fd/5:" + std::to_string(line) +
                  ":1-2: Error: Could not process rule: " + std::strerror(errno_value) + '\n');
}
const NftReply kDone{true, "", ""};

Result<std::vector<NftItem>> nothing_there(const NftQuery&) { return std::vector<NftItem>{}; }

NftItem counter(std::string name, std::optional<std::uint64_t> packets) {
    NftItem item;
    item.kind = NftItem::Kind::object;
    item.name = std::move(name);
    item.packets = packets;
    return item;
}

/// The line in `text`, from 1, that holds `part`.
int line_with(const std::string& text, const std::string& part) {
    const auto at = text.find(part);
    REQUIRE(at != std::string::npos);
    return static_cast<int>(std::count(text.begin(), text.begin() + static_cast<long>(at), '\n')) +
           1;
}

}  // namespace

TEST_CASE("the table is owned, and made afresh in one transaction") {
    Script script{[](auto&) { return kDone; }, {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    REQUIRE(ruleset.install(options({rule("a")})).ok());
    REQUIRE(script.asked.size() == 1);
    REQUIRE(
        script.asked[0].starts_with("add table inet T\ndelete table inet T\ntable inet T {\n"
                                    "    flags owner\n"));
}

TEST_CASE("a kernel without owners gets the table without") {
    Script script{[](auto& commands) {
                      return contains(commands, "flags owner") ? refuse(EOPNOTSUPP) : kDone;
                  },
                  {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    REQUIRE(ruleset.install(options({rule("a")})).ok());
    REQUIRE(script.asked.size() == 2);
    REQUIRE_FALSE(contains(script.asked[1], "owner"));
}

TEST_CASE("a table without owner is removed with its ruleset") {
    Script script{
        [](auto& commands) { return contains(commands, "flags owner") ? refuse(EINVAL) : kDone; },
        {}};
    {
        NftablesRuleset ruleset(opener(script), nothing_there);
        REQUIRE(ruleset.install(options({rule("a")})).ok());
    }
    REQUIRE(script.asked.back() == "delete table inet T");
}

TEST_CASE("a refused rule is told by its place and nft's own words") {
    Script script{
        [](auto& commands) {
            return refuse("/proc/self/fd/9:" + std::to_string(line_with(commands, "jump log.b")) +
                          ":9-14: Error: syntax error, unexpected jump\n foo\n");
        },
        {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    auto bad = rule("b");
    bad.match = "foo";
    bad.where = {"t.yaml", 12, 5};
    const auto status = ruleset.install(options({rule("a"), bad}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().message == "t.yaml:12:5: rule 'b': nft: syntax error, unexpected jump");
    REQUIRE(status.error().exit_code == EX_CONFIG);
    REQUIRE(ruleset.refused_rule() == 1);
    REQUIRE(script.asked.size() == 1);
}

TEST_CASE("no privilege names the capability") {
    Script script{[](auto&) { return refuse(EPERM); }, {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    const auto status = ruleset.install(options({rule("a")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().exit_code == EX_NOPERM);
    REQUIRE(contains(status.error().message, "CAP_NET_ADMIN"));
}

TEST_CASE("a table of somebody else names him") {
    Script script{[](auto& commands) {
                      return commands == "list table inet T"
                                 ? NftReply{true, "table inet T { # progname nflogd\n}\n", ""}
                                 : refuse(EPERM);
                  },
                  {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    const auto status = ruleset.install(options({rule("a")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().exit_code == EX_UNAVAILABLE);
    REQUIRE(status.error().message == "table inet T belongs to another process (nflogd)");
}

TEST_CASE("a kernel without nftables is unavailable") {
    Script script{[](auto&) {
                      return refuse(
                          "netlink: Error: cache initialization failed: "
                          "Invalid argument\n");
                  },
                  {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    const auto status = ruleset.install(options({rule("a")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().exit_code == EX_UNAVAILABLE);
    REQUIRE(contains(status.error().message, "no nftables"));
}

TEST_CASE("a missing counter is an error, not a 0") {
    Script script{[](auto&) { return kDone; }, {}};
    std::vector<NftItem> items;
    NftablesRuleset ruleset(opener(script), [&](auto&) { return Result(items); });
    REQUIRE(ruleset.install(options({rule("a")})).ok());
    REQUIRE_FALSE(ruleset.count().ok());
    items = {counter("matched.a", 1)};
    REQUIRE_FALSE(ruleset.count().ok());
    items = {counter("matched.a", 1), counter("passed.a", std::nullopt)};
    REQUIRE_FALSE(ruleset.count().ok());
    items = {counter("matched.a", ~std::uint64_t{0}), counter("passed.a", 0)};
    REQUIRE(ruleset.count()->front().matched == ~std::uint64_t{0});
}

TEST_CASE("counters that cannot be read are an error") {
    Script script{[](auto&) { return kDone; }, {}};
    NftablesRuleset ruleset(opener(script), [](auto&) -> Result<std::vector<NftItem>> {
        return Error{"out of order", EX_TEMPFAIL};
    });
    REQUIRE(ruleset.install(options({rule("a")})).ok());
    REQUIRE(contains(ruleset.count().error().message, "table inet T: out of order"));
}

TEST_CASE("when somebody deleted the table, totals go on where they were last seen") {
    Script script{[&](auto&) { return kDone; }, {}};
    std::vector<NftItem> items = {counter("matched.a", 7), counter("passed.a", 5)};
    NftablesRuleset ruleset(opener(script), [&](auto&) { return Result(items); });
    REQUIRE(ruleset.install(options({rule("a")})).ok());
    REQUIRE(ruleset.count()->front().matched == 7);
    items.clear();
    REQUIRE(ruleset.count().error().exit_code == EX_UNAVAILABLE);
    REQUIRE(ruleset.install(options({rule("a")})).ok());
    items = {counter("matched.a", 6), counter("passed.a", 5)};
    const auto count = ruleset.count()->front();
    REQUIRE(count.matched == 13);
    REQUIRE(count.passed == 10);
    REQUIRE(count.restarted);
}

TEST_CASE("more rules than the send buffer takes tells what to do") {
    Script script{[](auto&) { return refuse(EMSGSIZE); }, {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    const auto status = ruleset.install(options({rule("a")}));
    REQUIRE_FALSE(status.ok());
    REQUIRE(contains(status.error().message, "net.core.wmem_max"));
}

TEST_CASE("the table's name cannot change under way") {
    Script script{[](auto&) { return kDone; }, {}};
    NftablesRuleset ruleset(opener(script), nothing_there);
    REQUIRE(ruleset.install(options({rule("a")})).ok());
    auto other = options({rule("a")});
    other.table = "U";
    const auto status = ruleset.install(other);
    REQUIRE_FALSE(status.ok());
    REQUIRE(status.error().exit_code == EX_CONFIG);
}
