// SPDX-License-Identifier: GPL-2.0-or-later
// How verify() finds the rules to blame, with a backend that needs no kernel.
#include "rules/verify.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

/// Refuses rules named bad*, and names them unless they are called "bad?".
class Picky final : public TrialRuleset {
public:
    Status install(const RulesOptions& options) override {
        for (std::size_t i = 0; i < options.log.size(); ++i) {
            const auto& name = options.log[i].name;
            if (!name.starts_with("bad")) continue;
            refused_ = name == "bad?" ? kNoRule : static_cast<int>(i);
            if (refused_ == kNoRule) return Error{"something is wrong", EX_OSERR};
            return rule_error(options.log[i], "is bad");
        }
        return {};
    }
    Result<std::vector<RuleCount>> count() override { return std::vector<RuleCount>{}; }
    Result<std::string> missing() override { return std::string(); }
    Status restore() override { return {}; }
    Status quiesce() override { return {}; }
    Status remove() override { return {}; }
    [[nodiscard]] int refused_rule() const override { return refused_; }

private:
    int refused_ = kNoRule;
};

const Backend kPicky{RulesBackend::none,
                     []() -> std::unique_ptr<TrialRuleset> { return std::make_unique<Picky>(); },
                     [](const RulesOptions&) { return std::string(); },
                     [](const RulesOptions&) { return std::vector<Error>{}; },
                     [](const RulesOptions&) { return std::optional<Refusal>{}; },
                     DryRun::asks_program};

}  // namespace

TEST_CASE("every refused rule is found, by its place in the whole") {
    const auto refusals = try_rules(
        kPicky, options({rule("bad1"), rule("fine"), rule("bad2"), rule("good"), rule("bad3")}));
    REQUIRE(refusals.size() == 3);
    REQUIRE(refusals[0].rule == 0);
    REQUIRE(refusals[1].rule == 2);
    REQUIRE(refusals[2].rule == 4);
    REQUIRE(refusals[1].words == "t.yaml:7:3: rule 'bad2': is bad");
}

TEST_CASE("a backend that does not say which rule it means is asked for each") {
    const auto refusals = try_rules(kPicky, options({rule("fine"), rule("bad?"), rule("good")}));
    REQUIRE(refusals.size() == 1);
    REQUIRE(refusals[0].rule == 1);
    REQUIRE(refusals[0].words == "t.yaml:7:3: rule 'bad?': something is wrong");
}

TEST_CASE("nothing refused, nothing said") {
    REQUIRE(try_rules(kPicky, options({rule("a"), rule("b")})).empty());
    REQUIRE(try_rules(kPicky, options({})).empty());
}

TEST_CASE("errors of the options come with those of the backend") {
    Backend backend = kPicky;
    backend.check = [](const RulesOptions& opts) {
        std::vector<Error> errors;
        for (const auto& one : opts.log)
            if (one.name == "wrong") errors.push_back(rule_error(one, "is wrong"));
        return errors;
    };
    const auto errors = verify_with(backend, options({rule("wrong"), rule("fine")}));
    REQUIRE(errors.size() == 1);
    REQUIRE(contains(errors[0].message, "is wrong"));
}
