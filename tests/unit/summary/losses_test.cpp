// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/losses.hpp"

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::summary;

namespace {

Ledger ledger(std::uint64_t logged, std::uint64_t lost, std::uint64_t dropped = 0) {
    Ledger made;
    made.rules = {{"ssh", logged + lost + 5, 5, logged, lost}};
    made.groups = {{100, logged, lost / 2}};
    made.outputs = {{"main", logged - dropped, 0, dropped, 0, 0, {}}};
    return made;
}

Lifecycle started() { return {0, "started", {}}; }

}  // namespace

TEST_CASE("a run that was seen from its start is counted whole", "[losses]") {
    Losses losses;
    losses.add(started());
    losses.add(ledger(100, 10, 3));
    losses.add(ledger(200, 12, 4));
    CHECK(losses.totals().kernel == 12);
    CHECK(losses.totals().dropped == 4);
    CHECK(losses.totals().suppressed == 5);
    CHECK(losses.totals().lost() == 16);
    CHECK(losses.before().lost() == 0);
}

TEST_CASE("what was lost before the log begins is told apart", "[losses]") {
    Losses losses;
    losses.add(ledger(100, 10, 3));
    CHECK(losses.totals().lost() == 0);
    CHECK(losses.before().lost() == 13);
    losses.add(ledger(200, 11, 3));
    CHECK(losses.totals().lost() == 1);
}

TEST_CASE("runs are added up", "[losses]") {
    Losses losses;
    losses.add(started());
    losses.add(ledger(100, 10));
    SECTION("told by a start") { losses.add(started()); }
    SECTION("told by sums that go back") {}
    losses.add(ledger(50, 10, 1));
    losses.add(ledger(60, 12, 1));
    CHECK(losses.totals().kernel == 22);
    CHECK(losses.totals().dropped == 1);
    CHECK(losses.rules().at(0).lost_kernel == 22);
    CHECK(losses.outputs().at(0).dropped == 1);
}

TEST_CASE("gaps that no rule tells of count, too", "[losses]") {
    Losses losses;
    losses.add(started());
    Ledger only_group;
    only_group.groups = {{5, 100, 7}};
    losses.add(only_group);
    CHECK(losses.totals().kernel == 7);
}

TEST_CASE("a forgotten loss is before", "[losses]") {
    Losses losses;
    losses.add(started());
    losses.add(ledger(100, 10));
    losses.forget();
    CHECK(losses.totals().lost() == 0);
    CHECK(losses.before().lost() == 10);
    losses.add(ledger(200, 14));
    CHECK(losses.totals().lost() == 4);
    CHECK(losses.rules().at(0).lost_kernel == 4);
}

TEST_CASE("made-up names take no memory without end", "[losses]") {
    Losses losses;
    losses.add(started());
    for (int i = 0; i < 6000; ++i) {
        Ledger made;
        made.outputs = {{"o" + std::to_string(i), 0, 0, 2, 0, 0, {}}};
        losses.add(made);
    }
    CHECK(losses.outputs().size() == 4097);
}
