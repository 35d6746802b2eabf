// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/words.hpp"

#include <string>

#include "catch.hpp"

using namespace nflogd::config;

TEST_CASE("names are short, printable and need no escape") {
    CHECK(*parse_name("input new \u00e9 [x]:") == "input new \u00e9 [x]:");
    CHECK(parse_name(std::string(127, 'a')));
    CHECK_FALSE(parse_name(std::string(128, 'a')));
    for (const char* bad : {"", " a", "a ", "a\"", "a\\", "$a", "a\nb", "a\tb", "\u0080"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_name(bad));
    }
}

TEST_CASE("table names") {
    CHECK(parse_table("n"));
    CHECK(parse_table("a" + std::string(20, '-')));
    CHECK_FALSE(parse_table("a" + std::string(21, 'b')));
    for (const char* bad : {"", "1a", "_a", "-a", "a b", "a.b", "a;b", "\u00e9"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_table(bad));
    }
}

TEST_CASE("paths are absolute and of a file") {
    CHECK(parse_path("/var/log/a b.json"));
    CHECK(parse_path("/" + std::string(4094, 'a')));
    CHECK_FALSE(parse_path("/" + std::string(4095, 'a')));
    for (const char* bad : {"", "/", "a.json", "./a", "/var/log/", "/var/\n"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_path(bad));
    }
    CHECK(parse_socket_path("/" + std::string(106, 'a')));
    CHECK_FALSE(parse_socket_path("/" + std::string(107, 'a')));
}

TEST_CASE("hosts and users") {
    CHECK(parse_host("gw1.example.org"));
    CHECK(parse_host(std::string(255, 'a')));
    CHECK_FALSE(parse_host(std::string(256, 'a')));
    CHECK_FALSE(parse_host(""));
    CHECK_FALSE(parse_host("a b"));
    CHECK(parse_user(std::string(32, 'a')));
    for (const auto& bad :
         {std::string(), std::string(33, 'a'), std::string("-a"), std::string("a:b")}) {
        CHECK_FALSE(parse_user(bad));
    }
}

TEST_CASE("an expression is one line, trimmed") {
    CHECK(parse_expression("")->empty());
    CHECK(parse_expression(" \n")->empty());
    CHECK(*parse_expression("  ip ttl < 5\n") == "ip ttl < 5");
    CHECK(parse_expression(std::string(2048, 'a')));
    CHECK_FALSE(parse_expression(std::string(2049, 'a')));
    CHECK_FALSE(parse_expression("a\nb"));
}

TEST_CASE("owners are looked up, numbers are not") {
    CHECK(*parse_uid("root") == 0);
    CHECK(*parse_gid("root") == 0);
    CHECK(*parse_uid("4294967294") == 4294967294U);
    CHECK_FALSE(parse_uid("4294967295"));
    CHECK_FALSE(parse_uid("-1"));
    CHECK_FALSE(parse_gid(""));
    CHECK(parse_uid("no-such-user").error().message == "no user 'no-such-user' on this machine");
    CHECK(parse_gid("no-such-group").error().message == "no group 'no-such-group' on this machine");
}
