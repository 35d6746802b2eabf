// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/http.hpp"
#include "catch.hpp"

using namespace nflogd::control;

namespace {

std::string ask(std::string_view head) {
    return respond(head, [] { return std::string("a 1\n"); });
}

}  // namespace

TEST_CASE("a scrape gets the metrics") {
    const std::string answer = ask("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
    CHECK(answer.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\na 1\n"));
    CHECK(ask("GET /metrics?x=1 HTTP/1.0\n\n").ends_with("a 1\n"));
}

TEST_CASE("HEAD gets the head only") {
    CHECK(ask("HEAD /metrics HTTP/1.1\r\n\r\n")
              .ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("anything else is refused") {
    CHECK(ask("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
    CHECK(ask("POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
    for (const char* head : {"\r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n", "\x16\x03\x01\n\n",
                             "GET /metrics HTTP/2.0\r\n\r\n"}) {
        CHECK(ask(head).starts_with("HTTP/1.1 400 "));
    }
}

TEST_CASE("a head ends with an empty line") {
    CHECK(is_whole_head("GET / HTTP/1.1\r\nA: b\r\n\r\n"));
    CHECK(is_whole_head("GET / HTTP/1.1\n\n"));
    CHECK_FALSE(is_whole_head("GET / HTTP/1.1\r\nA: b\r\n"));
}
