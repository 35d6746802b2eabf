// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/pattern.hpp"

#include <random>
#include <string>

#include "catch.hpp"

using nflogd::filter::is_like_pattern;

namespace {

/// What it means, as plainly as it can be said.
bool plainly(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '*') {
        return plainly(text, pattern.substr(1)) ||
               (!text.empty() && plainly(text.substr(1), pattern));
    }
    return !text.empty() && text[0] == pattern[0] && plainly(text.substr(1), pattern.substr(1));
}

}  // namespace

TEST_CASE("a star stands for any bytes, also for none") {
    CHECK(is_like_pattern("eth0", "eth0"));
    CHECK(is_like_pattern("eth0", "eth*"));
    CHECK(is_like_pattern("eth0", "*0"));
    CHECK(is_like_pattern("eth0", "*"));
    CHECK(is_like_pattern("", "*"));
    CHECK(is_like_pattern("", ""));
    CHECK_FALSE(is_like_pattern("eth0", ""));
    CHECK_FALSE(is_like_pattern("", "e*"));
    CHECK_FALSE(is_like_pattern("eth0", "eth"));
    CHECK_FALSE(is_like_pattern("eth0", "th*"));
    CHECK_FALSE(is_like_pattern("ETH0", "eth*"));
}

TEST_CASE("random texts are like random patterns exactly where they plainly are") {
    std::mt19937 random(1);
    const auto make = [&](std::size_t most, std::string_view letters) {
        std::string text(random() % most, ' ');
        for (char& c : text) c = letters[random() % letters.size()];
        return text;
    };
    for (int i = 0; i < 20'000; ++i) {
        const std::string text = make(9, "ab");
        const std::string pattern = make(7, "ab*");
        CAPTURE(text, pattern);
        REQUIRE(is_like_pattern(text, pattern) == plainly(text, pattern));
    }
}
