// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/utf8.hpp"

#include "catch.hpp"

using namespace nflogd;

TEST_CASE("a character of each length") {
    CHECK(first_character("ab").length == 1);
    CHECK(first_character("\u00e9b").code == 0xe9);
    CHECK(first_character("\u20acb").length == 3);
    CHECK(first_character("\U0010ffff").code == 0x10ffff);
}

TEST_CASE("what is no valid UTF-8 has no first character") {
    for (const char* bad :
         {"\x80", "\xc0\xaf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf8", "\xff"}) {
        CAPTURE(bad);
        CHECK(first_character(bad).length == 0);
    }
}

TEST_CASE("control characters and no others") {
    for (const char32_t code : {0x00U, 0x1fU, 0x7fU, 0x80U, 0x9fU, 0x61cU, 0x200eU, 0x200fU,
                                0x2028U, 0x2029U, 0x202aU, 0x202eU, 0x2066U, 0x2069U}) {
        CHECK(is_control(code));
    }
    for (const char32_t code : {0x20U, 0x7eU, 0xa0U, 0x61bU, 0x61dU, 0x200dU, 0x2010U, 0x2027U,
                                0x202fU, 0x2065U, 0x206aU, 0x1f600U}) {
        CHECK_FALSE(is_control(code));
    }
}

TEST_CASE("spaces of every width") {
    for (const char32_t code :
         {0x20U, 0xa0U, 0x1680U, 0x2000U, 0x200aU, 0x202fU, 0x205fU, 0x3000U}) {
        CHECK(is_space(code));
    }
    CHECK_FALSE(is_space('a'));
    CHECK_FALSE(is_space(0x200b));
}
