// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// tests/fixtures/config/bad/NAME.yaml must be refused with exactly the lines of
/// NAME.txt. With NFLOGD_UPDATE_GOLDEN set, the lines are written instead.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "catch.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

const std::filesystem::path kBad = NFLOGD_FIXTURES "/config/bad";

std::vector<std::string> bad_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kBad)) {
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("bad examples are refused in these words") {
    const auto names = bad_names();
    REQUIRE(names.size() > 20);
    for (const std::string& name : names) {
        CAPTURE(name);
        const std::string text = fixture("bad/" + name + ".yaml");
        const std::string told = lines(load_text(text, name + ".yaml", kKnown).problems);
        const std::filesystem::path golden = kBad / (name + ".txt");
        if (std::getenv("NFLOGD_UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << told;
        CHECK_FALSE(told.empty());
        CHECK(told == slurp(golden));
    }
}

TEST_CASE("all mistakes of a file are told at once, in the order of its lines") {
    const auto problems = load_string(fixture("bad/many.yaml")).problems;
    CHECK(problems.size() >= 10);
    CHECK(std::is_sorted(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
        return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    }));
}
