// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/ledger.hpp"

#include "catch.hpp"

using namespace nflogd;
using pipeline::Auditor;
using pipeline::Books;

namespace {

constexpr std::uint16_t kGroup = 100;

/// Books of one rule ("web", label 0) in one group, and who audits them.
struct Fixture {
    explicit Fixture() : auditor(books, {{"web", {0}, {kGroup}, {}}}, {}) {
        books.open_group(kGroup);
    }
    void kernel(std::uint64_t matched, std::uint64_t passed) {
        books.kernel(0).suppressed = matched - passed;
        books.kernel(0).passed = passed;
        books.kernel(0).known = true;
    }
    RuleLedger rule(bool at_rest) { return make(true, at_rest).rules.at(0); }
    Ledger make(bool kernel_read, bool at_rest) {
        return auditor.make(
            kernel_read, at_rest, [this](auto, auto) { return socket_empty; }, system_clock());
    }
    void receive(std::uint32_t seq) {
        Record record;
        record.clear();
        record.seq = seq;
        record.set(Field::seq);
        record.rule = 0;
        record.set(Field::rule);
        books.group(kGroup).count(record);
    }

    void receive(std::uint32_t from, std::uint32_t to) {
        for (std::uint32_t seq = from; seq < to; ++seq) receive(seq);
    }
    /// As a look that goes well.
    RuleLedger look(bool at_rest) {
        auditor.before_counting();
        return rule(at_rest);
    }

    Books books;
    Auditor auditor;
    bool socket_empty = true;
};

}  // namespace

TEST_CASE("a rule's books: matched = suppressed + logged + lost") {
    Fixture f;
    f.kernel(100, 60);
    f.receive(0, 50);
    const RuleLedger rule = f.rule(true);
    REQUIRE(rule.rule == "web");
    REQUIRE(rule.matched == 100U);
    REQUIRE(rule.suppressed == 40U);
    REQUIRE(rule.logged == 50);
    REQUIRE(rule.lost_kernel == 10U);
}

TEST_CASE("packets on their way are not lost until the socket was seen empty") {
    Fixture f;
    f.kernel(10, 10);
    REQUIRE(f.rule(false).lost_kernel == 0U);
    f.socket_empty = false;
    f.kernel(15, 15);
    REQUIRE(f.rule(false).lost_kernel == 0U);
    f.socket_empty = true;  // what was counted at first is overdue now
    REQUIRE(f.rule(false).lost_kernel == 10U);
    REQUIRE(f.rule(false).lost_kernel == 15U);
}

TEST_CASE("a loss that is known stays known to a later worker") {
    Fixture f;
    f.kernel(10, 10);
    f.rule(true);
    Auditor next(f.books, {{"web", {0}, {kGroup}, {}}}, {});
    const Ledger ledger = next.make(
        true, false, [](auto, auto) { return false; }, system_clock());
    REQUIRE(ledger.rules[0].lost_kernel == 10U);
}

TEST_CASE("a counter that was reset does not make packets out of nothing") {
    Fixture f;
    f.kernel(10, 10);
    f.receive(0, 10);
    REQUIRE(f.look(false).matched == 10U);
    f.receive(10, 15);
    // 5 were counted and then forgotten; of 3 that follow one is lost.
    f.kernel(13, 13);
    f.receive(15);
    f.receive(16);
    const RuleLedger rule = f.look(true);
    REQUIRE(rule.logged == 17);
    REQUIRE(*rule.matched == *rule.suppressed + rule.logged + *rule.lost_kernel);
    REQUIRE(rule.matched == 17U);  // the lost one cannot be told from a forgotten one
    f.kernel(20, 20);
    REQUIRE(f.look(true).lost_kernel == 7U);
}

TEST_CASE("packets that are on their way while counters are read are no surplus") {
    Fixture f;
    f.auditor.before_counting();
    f.receive(0);
    f.kernel(0, 0);  // read before that packet came, looked at later
    REQUIRE(f.rule(false).matched == 0U);
}

TEST_CASE("counters that could not be read say nothing of what came since") {
    Fixture f;
    f.kernel(10, 10);
    f.receive(0, 10);
    REQUIRE(f.look(false).matched == 10U);
    f.receive(10, 15);
    f.auditor.before_counting();
    REQUIRE(f.make(false, false).rules.at(0).matched == 10U);
    f.kernel(15, 15);
    REQUIRE(f.look(true).matched == 15U);
}

TEST_CASE("without counters nothing is said about them") {
    Fixture f;
    const RuleLedger rule = f.rule(true);
    REQUIRE_FALSE(rule.matched);
    REQUIRE_FALSE(rule.lost_kernel);
}

TEST_CASE("gaps in the sequence numbers are a group's losses") {
    Fixture f;
    for (const std::uint32_t seq : {0U, 1U, 5U, 6U}) f.receive(seq);
    const Ledger ledger = f.make(false, false);
    REQUIRE(ledger.groups[0].received == 4);
    REQUIRE(ledger.groups[0].lost_kernel == 3);
}

TEST_CASE("only a change of counts is a movement") {
    Ledger before;
    before.rules.push_back({"web", 1, 0, 1, 0});
    Ledger after = before;
    after.timestamp_ns = 99;
    REQUIRE_FALSE(pipeline::moved(before, after));
    after.rules[0].logged = 2;
    REQUIRE(pipeline::moved(before, after));
    after = before;
    after.truncated = 1;
    REQUIRE(pipeline::moved(before, after));
    after = before;
    after.outputs.push_back({"main", 0, 0, 0, 0, 0});
    REQUIRE(pipeline::moved(before, after));
}

TEST_CASE("losses by gaps and losses by counters are not added up twice") {
    Ledger ledger;
    ledger.rules.push_back({"web", 10, 0, 7, 3});
    ledger.groups.push_back({100, 7, 2});
    ledger.outputs.push_back({"main", 1, 9, 2, 4, 0});
    const pipeline::Losses losses = pipeline::losses(ledger);
    REQUIRE(losses.kernel == 3);
    REQUIRE(losses.dropped == 2);
    REQUIRE(losses.failed == 4);
}
