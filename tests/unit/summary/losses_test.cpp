// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/losses.hpp"

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::summary;

namespace {

const std::string kHost = "gw";

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
    losses.add(kHost, started());
    losses.add(kHost, ledger(100, 10, 3));
    losses.add(kHost, ledger(200, 12, 4));
    CHECK(losses.totals().kernel == 12);
    CHECK(losses.totals().dropped == 4);
    CHECK(losses.totals().suppressed == 5);
    CHECK(losses.totals().lost() == 16);
    CHECK(losses.before().lost() == 0);
}

TEST_CASE("what was lost before the log begins is told apart", "[losses]") {
    Losses losses;
    losses.add(kHost, ledger(100, 10, 3));
    CHECK(losses.totals().lost() == 0);
    CHECK(losses.before().lost() == 13);
    losses.add(kHost, ledger(200, 11, 3));
    CHECK(losses.totals().lost() == 1);
}

TEST_CASE("runs are added up", "[losses]") {
    Losses losses;
    losses.add(kHost, started());
    losses.add(kHost, ledger(100, 10));
    SECTION("told by a start") { losses.add(kHost, started()); }
    SECTION("told by sums that go back") {}
    losses.add(kHost, ledger(50, 10, 1));
    losses.add(kHost, ledger(60, 12, 1));
    CHECK(losses.totals().kernel == 22);
    CHECK(losses.totals().dropped == 1);
    CHECK(losses.rules().at(0).lost_kernel == 22);
    CHECK(losses.outputs().at(0).dropped == 1);
}

TEST_CASE("gaps that no rule tells of count, too", "[losses]") {
    Losses losses;
    losses.add(kHost, started());
    Ledger only_group;
    only_group.groups = {{5, 100, 7}};
    losses.add(kHost, only_group);
    CHECK(losses.totals().kernel == 7);
}

TEST_CASE("a forgotten loss is before", "[losses]") {
    Losses losses;
    losses.add(kHost, started());
    losses.add(kHost, ledger(100, 10));
    losses.forget();
    CHECK(losses.totals().lost() == 0);
    CHECK(losses.before().lost() == 10);
    losses.add(kHost, ledger(200, 14));
    CHECK(losses.totals().lost() == 4);
    CHECK(losses.rules().at(0).lost_kernel == 4);
}

TEST_CASE("made-up names take no memory without end", "[losses]") {
    Losses losses;
    losses.add(kHost, started());
    for (int i = 0; i < 6000; ++i) {
        Ledger made;
        made.outputs = {{"o" + std::to_string(i), 0, 0, 2, 0, 0, {}}};
        losses.add(kHost, made);
    }
    CHECK(losses.outputs().size() == 4097);
}

TEST_CASE("each host has its own runs", "[losses]") {
    Losses losses;
    for (const char* host : {"gw1", "gw2"}) losses.add(host, started());
    losses.add("gw1", ledger(1000, 10, 1));
    losses.add("gw2", ledger(50, 2));
    losses.add("gw1", ledger(2000, 11, 1));
    losses.add("gw2", started());
    losses.add("gw1", ledger(3000, 12, 1));
    losses.add("gw2", ledger(60, 3));
    CHECK(losses.ledgers() == 5);
    CHECK(losses.totals().kernel == 12 + 2 + 3);
    CHECK(losses.totals().dropped == 1);
    REQUIRE(losses.rules().size() == 1);
    CHECK(losses.rules().at(0).lost_kernel == 17);
    CHECK(losses.outputs().at(0).dropped == 1);
}

TEST_CASE("a host that is seen from the middle on hides nothing of another", "[losses]") {
    Losses losses;
    losses.add("gw1", started());
    losses.add("gw2", ledger(100, 7));
    losses.add("gw1", ledger(100, 4));
    CHECK(losses.totals().kernel == 4);
    CHECK(losses.before().kernel == 7);
}

TEST_CASE("made-up hosts take no memory without end", "[losses]") {
    Losses losses;
    for (int i = 0; i < 600; ++i) {
        const std::string host = "h" + std::to_string(i);
        losses.add(host, started());
        losses.add(host, ledger(1, 1));
    }
    CHECK(losses.ledgers() == 600);
    CHECK(losses.totals().kernel == 600);
}
