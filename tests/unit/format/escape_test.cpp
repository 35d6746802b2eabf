// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/escape.hpp"

#include <nlohmann/json.hpp>
#include <random>

#include "catch.hpp"
#include "fakes/line_text.hpp"
#include "records.hpp"

using namespace nflogd;
using format::json_text;
using format::plain_word;

TEST_CASE("what is harmless passes") {
    REQUIRE(json_text("DROP wan->lan [1] 100%") == "DROP wan->lan [1] 100%");
    REQUIRE(json_text("größe ☃ 𐍈") == "größe ☃ 𐍈");
    REQUIRE(plain_word("größe☃𐍈") == "größe☃𐍈");
    REQUIRE(plain_word("DROP-in_2.4:x+/@#%'()") == "DROP-in_2.4:x+/@#%'()");
}

TEST_CASE("what could forge a field or a line is escaped") {
    REQUIRE(json_text("a\"b\\c") == "a\\\"b\\\\c");
    REQUIRE(json_text("a\nb\r\t\x1b[0m\x7f") == "a\\u000ab\\u000d\\u0009\\u001b[0m\\u007f");
    REQUIRE(json_text("\u0085\u009b\u2028\u2029") == "\\u0085\\u009b\\u2028\\u2029");
    REQUIRE(plain_word("a\nb\x1b\\") == "a\\x0ab\\x1b\\\\");
    REQUIRE(plain_word("\u009b") == "\\xc2\\x9b");
}

TEST_CASE("what reorders or breaks a line on a screen is escaped") {
    REQUIRE(json_text("a\u202eb\u2066c\u200f\u061c") == "a\\u202eb\\u2066c\\u200f\\u061c");
    REQUIRE(plain_word("a\u202eb\u2028") == "a\\xe2\\x80\\xaeb\\xe2\\x80\\xa8");
}

TEST_CASE("a word that could be taken for more, or for none, is in quotes") {
    REQUIRE(plain_word("a b") == "\"a b\"");
    REQUIRE(plain_word("") == "\"\"");
    REQUIRE(plain_word("-") == "\"-\"");
    REQUIRE(plain_word("--") == "\"--\"");
    REQUIRE(plain_word("len=60") == "\"len=60\"");
    REQUIRE(plain_word("a>b") == "\"a>b\"");
    REQUIRE(plain_word("a\"b") == "\"a\\\"b\"");
    REQUIRE(plain_word("a\u00a0b") == "\"a\u00a0b\"");  // looks like a space
    REQUIRE(plain_word("a\u3000b") == "\"a\u3000b\"");
}

TEST_CASE("a byte that is no UTF-8 becomes its value") {
    REQUIRE(json_text("\xff\xfe") == "\\u00ff\\u00fe");
    REQUIRE(json_text("\xc0\xaf") == "\\u00c0\\u00af");  // overlong
    REQUIRE(json_text("\xe0\x80\x80") == "\\u00e0\\u0080\\u0080");
    REQUIRE(json_text("\xed\xa0\x80") == "\\u00ed\\u00a0\\u0080");  // surrogate
    REQUIRE(json_text("\xf4\x90\x80\x80") == "\\u00f4\\u0090\\u0080\\u0080");
    REQUIRE(json_text("\xe2\x98") == "\\u00e2\\u0098");  // cut off
    REQUIRE(json_text("\xe2\x98x") == "\\u00e2\\u0098x");
    REQUIRE(plain_word("\xff") == "\\xff");
}

TEST_CASE("random bytes stay on one line, parse, and never grow past the bound") {
    std::mt19937 random(7);
    for (int i = 0; i < 3000; ++i) {
        std::string text(random() % 40, '\0');
        for (char& c : text) c = static_cast<char>(random());
        const std::string escaped = json_text(text);
        REQUIRE(escaped.size() <= text.size() * format::kMaxEscaped);
        const auto parsed = nlohmann::json::parse('"' + escaped + '"');
        REQUIRE(fakes::is_printable(escaped));
        REQUIRE(fakes::is_printable(plain_word(text)));
        REQUIRE(parsed == fakes::read_back(text));
    }
}
