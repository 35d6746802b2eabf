// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/text.hpp"

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::config;

TEST_CASE("text is UTF-8") {
    CHECK_FALSE(check_text("gr\u00fc\u00dfe \u20ac \U0001f600\n\r\n\tx"));
    for (const char* bad :
         {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xc3("}) {
        CAPTURE(bad);
        const auto problem = check_text(bad);
        REQUIRE(problem);
        CHECK(problem->message.find("is not UTF-8") != std::string::npos);
    }
}

TEST_CASE("the first bad byte is placed by line and column") {
    const auto problem = check_text("a: \u00fc\nbc\x04");
    REQUIRE(problem);
    CHECK(problem->line == 2);
    CHECK(problem->column == 3);
    CHECK(problem->message == "control byte 0x04");
}

TEST_CASE("printable text has no control characters") {
    CHECK(printable("input-new \u00e9"));
    CHECK(printable(""));
    for (const char* bad : {"a\n", "\t", "\x1b[0m", "\x7f", "\u0085", "\u202e", "\u2028", "\xff"})
        CHECK_FALSE(printable(bad));
}

TEST_CASE("a quote shows control characters and ends") {
    CHECK(quote("a b") == "'a b'");
    CHECK(quote("a\nb\x1b") == "'a\\x0ab\\x1b'");
    CHECK(quote("\u0085\xff") == "'\\u0085\\xff'");
    CHECK(quote("a\u202eb") == "'a\\u202eb'");
    CHECK(quote(std::string(64, 'a')) == "'" + std::string(64, 'a') + "'");
    CHECK(quote(std::string(65, 'a')) == "'" + std::string(64, 'a') + "...'");
}
