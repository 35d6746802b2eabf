// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A filter says of a record what another evaluator says of its JSON.
#include <algorithm>
#include <array>

#include "catch.hpp"
#include "filter/filter.hpp"
#include "format/formatter.hpp"
#include "json_oracle.hpp"
#include "plain_record.hpp"

using namespace nflogd;

TEST_CASE("random filters and records: the same as on the record's JSON") {
    std::mt19937 random(20261123);
    const auto formatter = format::make_json({"gw1", &fakes::example_labels(), false});
    std::size_t taken = 0;
    constexpr std::size_t kRounds = 20'000;
    for (std::size_t i = 0; i < kRounds; ++i) {
        const Record record = fakes::plain_record(random);
        const auto shown = nlohmann::json::parse(fakes::format_packet(*formatter, record));
        const auto expression = fakes::random_expression(random, shown, 3);
        const std::string text = fakes::text_of(expression);
        CAPTURE(text, shown.dump());
        const auto compiled = filter::Filter::parse(text);
        if (!compiled) FAIL(compiled.error().message);
        const bool expected = fakes::evaluate(expression, shown);
        REQUIRE(compiled->matches(record, fakes::example_labels()) == expected);
        if (expected) ++taken;
    }
    REQUIRE(taken > kRounds / 4);
    REQUIRE(taken < kRounds * 3 / 4);
}
