// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/top_table.hpp"

#include <map>

#include "allocations.hpp"
#include "catch.hpp"

using namespace nflogd::summary;

namespace {

struct Key {
    std::uint64_t number;
    [[nodiscard]] std::uint64_t hash(std::uint64_t secret) const { return mix(number, 0, secret); }
    bool operator==(const Key&) const = default;
};

using Table = TopTable<Key>;

const Table::Entry* find(const Table& table, std::uint64_t number) {
    for (const auto& entry : table.entries()) {
        if (entry.key.number == number) return &entry;
    }
    return nullptr;
}

/// What the header promises, against true counts.
void check_bounds(const Table& table, const std::map<std::uint64_t, std::uint64_t>& truth,
                  std::size_t limit) {
    std::uint64_t all = 0;
    int wrong = 0;
    for (const auto& [number, count] : truth) {
        all += count;
        const Table::Entry* entry = find(table, number);
        if (entry == nullptr) {
            wrong += count > table.unseen() ? 1 : 0;
        } else {
            wrong += entry->packets > count || entry->packets + entry->missed < count ? 1 : 0;
        }
    }
    CHECK(wrong == 0);
    CHECK(table.entries().size() <= limit);
    CHECK(table.unseen() <= 2 * all / limit);
}

}  // namespace

TEST_CASE("up to the limit every number is exact", "[top_table]") {
    Table table(5000);
    for (std::uint64_t round = 0; round < 3; ++round) {
        for (std::uint64_t number = 0; number < 5000; ++number) table.add({number}, number);
    }
    table.settle();
    REQUIRE(table.entries().size() == 5000);
    CHECK(table.unseen() == 0);
    bool exact = true;
    for (const auto& entry : table.entries()) {
        exact =
            exact && entry.packets == 3 && entry.bytes == 3 * entry.key.number && entry.missed == 0;
    }
    CHECK(exact);
}

TEST_CASE("who sends much is known among any number of others", "[top_table]") {
    constexpr std::size_t kLimit = 64;
    Table table(kLimit);
    std::map<std::uint64_t, std::uint64_t> truth;
    const auto add = [&](std::uint64_t number) {
        table.add({number}, 1);
        ++truth[number];
    };
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        add(1'000'000 + i);  // each once, as a flood of made-up addresses
        if (i % 10 == 0) add(7);
        if (i > 10'000 && i % 10 == 1) add(8);  // comes when the table is long full
    }
    table.settle();
    check_bounds(table, truth, kLimit);
    REQUIRE(find(table, 7) != nullptr);
    CHECK(find(table, 7)->packets == 2000);
    REQUIRE(find(table, 8) != nullptr);
    CHECK(find(table, 8)->packets + find(table, 8)->missed >= 1000);
    CHECK(table.unseen() > 0);
}

TEST_CASE("the bounds hold for any order of arrival", "[top_table]") {
    const auto seed = GENERATE(range(0U, 20U));
    std::mt19937 random(seed);
    std::geometric_distribution<std::uint64_t> skewed(0.01 + 0.002 * seed);
    constexpr std::size_t kLimit = 32;
    Table table(kLimit);
    std::map<std::uint64_t, std::uint64_t> truth;
    for (int i = 0; i < 5000; ++i) {
        const std::uint64_t number = skewed(random);
        table.add({number}, 60);
        ++truth[number];
    }
    table.settle();
    check_bounds(table, truth, kLimit);
}

TEST_CASE("a cleared table is as a new one", "[top_table]") {
    Table table(4);
    for (std::uint64_t i = 0; i < 100; ++i) table.add({i}, 1);
    table.clear();
    CHECK(table.entries().empty());
    CHECK(table.unseen() == 0);
    table.add({5}, 1);
    table.settle();
    REQUIRE(find(table, 5) != nullptr);
    CHECK(find(table, 5)->missed == 0);
}

TEST_CASE("a full table allocates no more", "[top_table]") {
    Table table(1024);
    for (std::uint64_t i = 0; i < 5000; ++i) table.add({i}, 1);
    const std::uint64_t before = allocations();
    for (std::uint64_t i = 0; i < 20'000; ++i) table.add({i}, 1);
    CHECK(allocations() == before);
}
