// SPDX-License-Identifier: GPL-2.0-or-later
// The guard's timing, with a watch that has nothing to report (iptables-legacy).
#include "rules/guard.hpp"

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace std::chrono_literals;

namespace {

class FakeClock final : public Clock {
public:
    [[nodiscard]] std::chrono::nanoseconds monotonic() const override { return now; }
    std::chrono::nanoseconds now{1h};
};

struct FakeRuleset final : Ruleset {
    Status install(const RulesOptions&) override { return {}; }
    Result<std::vector<RuleCount>> count() override { return std::vector<RuleCount>{}; }
    Result<std::string> missing() override {
        ++looks;
        if (blind) return Error{"cannot look"};
        return gone;
    }
    Status restore() override {
        ++restores;
        if (stuck) return Error{"cannot restore"};
        gone.clear();
        return {};
    }
    Status quiesce() override { return {}; }
    Status remove() override { return {}; }

    std::string gone;
    bool stuck = false;
    bool blind = false;
    int looks = 0;
    int restores = 0;
};

Watch legacy() {
    RulesOptions options;
    options.backend = RulesBackend::iptables;
    options.flavour = IptablesFlavour::legacy;
    auto watch = Watch::open(options);
    REQUIRE(watch.ok());
    return std::move(*watch);
}

struct Guarded {
    FakeClock clock;
    FakeRuleset ruleset;
    Guard guard{ruleset, legacy(), clock};

    GuardNews at(std::chrono::nanoseconds later) {
        clock.now = std::chrono::nanoseconds(1h) + later;
        return guard.tick();
    }
};

}  // namespace

TEST_CASE("iptables-legacy: nothing to poll, a look twice a second") {
    Guarded it;
    CHECK(it.guard.fd() == -1);
    REQUIRE(legacy().poll_interval());
    CHECK(*legacy().poll_interval() <= 500ms);
    it.at(0ms);
    CHECK(it.ruleset.looks == 1);
    REQUIRE(it.guard.deadline());
    CHECK(*it.guard.deadline() <= it.clock.now + 500ms);
    it.at(100ms);
    CHECK(it.ruleset.looks == 1);
    it.at(500ms);
    CHECK(it.ruleset.looks == 2);
}

TEST_CASE("what is gone is put back within a second and told once") {
    Guarded it;
    it.at(0ms);
    it.ruleset.gone = "chain x is gone";
    const auto news = it.at(500ms);
    CHECK(news.missing == "chain x is gone");
    CHECK(news.restored);
    const auto later = it.at(1000ms);
    CHECK(later.missing.empty());
    CHECK_FALSE(later.restored);
    CHECK(it.ruleset.restores == 1);
}

TEST_CASE("a restore that fails is told once and tried again") {
    Guarded it;
    it.ruleset.gone = "all gone";
    it.ruleset.stuck = true;
    auto news = it.at(0ms);
    CHECK(news.missing == "all gone");
    REQUIRE(news.failure);
    CHECK(news.failure->message == "cannot restore");
    CHECK_FALSE(news.restored);
    CHECK_FALSE(it.at(100ms).failure);
    CHECK(it.ruleset.restores == 1);
    news = it.at(500ms);
    CHECK(news.missing.empty());
    CHECK_FALSE(news.failure);
    CHECK(it.ruleset.restores == 2);
    it.ruleset.stuck = false;
    CHECK(it.at(1000ms).restored);
}

TEST_CASE("when somebody else puts them back that is told, too") {
    Guarded it;
    it.ruleset.gone = "all gone";
    it.ruleset.stuck = true;
    it.at(0ms);
    it.ruleset.gone.clear();
    CHECK(it.at(500ms).restored);
    CHECK_FALSE(it.at(1000ms).restored);
}

TEST_CASE("a ruleset that cannot be looked at is told once") {
    Guarded it;
    it.ruleset.blind = true;
    CHECK(it.at(0ms).failure);
    CHECK_FALSE(it.at(500ms).failure);
    it.ruleset.blind = false;
    it.at(1000ms);
    it.ruleset.blind = true;
    CHECK(it.at(1500ms).failure);
    CHECK(it.ruleset.restores == 0);
}

TEST_CASE("a fight over the rules is bounded") {
    Guarded it;
    for (auto time = 0ms; time < 10s; time += 10ms) {
        it.ruleset.gone = "gone again";
        it.at(time);
    }
    CHECK(it.ruleset.restores <= 34);
    CHECK(it.ruleset.restores >= 10);
}

TEST_CASE("with backend none there is nothing to guard") {
    RulesOptions options;
    options.backend = RulesBackend::none;
    auto watch = Watch::open(options);
    REQUIRE(watch.ok());
    CHECK(watch->fd() == -1);
    CHECK_FALSE(watch->poll_interval());
    CHECK_FALSE(watch->changed());
}
