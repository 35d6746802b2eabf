// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/losses.hpp"

#include "catch.hpp"

using namespace nflogd;
using pipeline::LossBook;

namespace {

using Texts = std::vector<std::string>;

Ledger ledger(std::uint64_t rule, std::uint64_t group, std::uint64_t dropped,
              std::uint64_t failed) {
    Ledger made;
    made.rules.push_back({"ssh", 1, 0, 1, rule});
    made.groups.push_back({100, 1, group});
    made.outputs.push_back({"ma\033in", 1, 0, dropped, failed, 0});
    return made;
}

}  // namespace

TEST_CASE("a loss is told when its sum grows, and how much it grew") {
    LossBook book;
    CHECK(book.add(ledger(5, 5, 5, 5)).empty());  // nobody knows since when
    CHECK(book.add(ledger(5, 5, 5, 5)).empty());
    CHECK(book.add(ledger(1239, 5, 5, 5)) == Texts{"1,234 records lost in the kernel (rule ssh)"});
    CHECK(book.add(ledger(1239, 6, 5, 5)) == Texts{"1 record lost in the kernel (group 100)"});
    CHECK(book.add(ledger(1240, 8, 5, 5)) == Texts{"1 record lost in the kernel (rule ssh)"});
    CHECK(book.add(ledger(1240, 8, 7, 1'000'005)) ==
          Texts{"2 records dropped: the queue of output ma\\x1bin was full",
                "1,000,000 records failed: output ma\\x1bin could not be written"});
}

TEST_CASE("sums begin again with the daemon") {
    LossBook book;
    CHECK(book.add(ledger(9, 0, 0, 0)).empty());
    CHECK(book.add(ledger(4, 0, 0, 0)) == Texts{"4 records lost in the kernel (rule ssh)"});
    LossBook from_start;
    CHECK(from_start.add(Lifecycle{0, "started", {}}).empty());
    CHECK(from_start.add(ledger(4, 0, 0, 0)).size() == 1);
    Ledger more = ledger(4, 0, 0, 0);
    more.rules.push_back({"new", 1, 0, 1, 2});
    CHECK(from_start.add(more) == Texts{"2 records lost in the kernel (rule new)"});
}

TEST_CASE("who reads too slowly is told") {
    LossBook book;
    CHECK(book.add(Lifecycle{0, "records_missed", {{"output", "live"}, {"missed", "17"}}}) ==
          Texts{"17 records missed: this reader was too slow"});
    CHECK(book.add(Lifecycle{0, "records_missed", {{"missed", "x"}}}).size() == 1);
    CHECK(book.add(Lifecycle{0, "reloaded", {{"missed", "17"}}}).empty());
}
