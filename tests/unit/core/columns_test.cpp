// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/columns.hpp"

#include <clocale>

#include "catch.hpp"

using namespace nflogd;

TEST_CASE("text takes exactly its columns", "[columns]") {
    CHECK(fit("wan0", 6) == "wan0  ");
    CHECK(fit("wan0", 4) == "wan0");
    CHECK(fit("interface", 5) == "inte~");
    CHECK(fit("interface", 1) == "~");
    CHECK(fit("interface", 0).empty());
    CHECK(fit_right("7", 3) == "  7");
    CHECK(fit_right("12345", 3) == "12~");
}

TEST_CASE("what drives a terminal is shown, not sent", "[columns]") {
    CHECK(fit("a\x1b[31mb", 20) == "a\\x1b[31mb          ");
    CHECK(fit("a\xff", 5) == "a\\xff");
    CHECK(fit("a\nb", 6) == "a\\x0ab");
    CHECK(columns_of("abc") == 3);
}

TEST_CASE("a character is never cut", "[columns]") {
    REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
    CHECK(fit("äöü", 4) == "äöü ");
    CHECK(fit("äöü", 2) == "ä~");
    CHECK(columns_of("漢字") == 4);
    CHECK(fit("漢字", 3) == "漢~");
    CHECK(fit("漢字", 2) == "~ ");
    std::setlocale(LC_CTYPE, "C");
    CHECK(fit("äöü", 4) == "äöü ");
}

TEST_CASE("numbers for people", "[columns]") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(18446744073709551615U) == "18,446,744,073,709,551,615");
    CHECK(bytes_text(0) == "0 B");
    CHECK(bytes_text(999) == "999 B");
    CHECK(bytes_text(1000) == "1.0 KiB");
    CHECK(bytes_text(1536) == "1.5 KiB");
    CHECK(bytes_text(1023999) == "1.0 MiB");
    CHECK(bytes_text(18446744073709551615U) == "16 EiB");
    CHECK(share_text(1, 3) == "33.3 %");
    CHECK(share_text(0, 0) == "0.0 %");
}
