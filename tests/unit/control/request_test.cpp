// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/request.hpp"
#include "catch.hpp"

using namespace nflogd::control;

TEST_CASE("requests") {
    CHECK(parse_request(R"({"request":"status"})")->kind == Request::Kind::status);
    const auto tail = parse_request(R"( {"request":"tail","filter":"proto == tcp","new":1} )");
    REQUIRE(tail);
    CHECK(tail->kind == Request::Kind::tail);
    CHECK(tail->filter == "proto == tcp");
    CHECK(tail->format == "json");
}

TEST_CASE("what is written can be read") {
    const Request request{Request::Kind::tail, "prefix == \"a\\n\xff\"", "line"};
    std::string line = to_line(request);
    REQUIRE(line.back() == '\n');
    line.pop_back();
    CHECK(line.find('\n') == std::string::npos);
    const auto read = parse_request(line);
    REQUIRE(read);
    CHECK(read->format == "line");
    CHECK(read->filter.starts_with("prefix == \"a\\n"));
}

TEST_CASE("what is no request is refused with a reason") {
    for (const char* line :
         {"", "status", "[]", "{}", "null", R"({"request":1})", R"({"request":"x"})",
          R"({"request":"tail","filter":7})", "{\"request\":\"tail\",\"format\":[]}",
          "{\"request\":\"\xff\"}", R"({"request":"status"}{})"}) {
        CAPTURE(line);
        const auto request = parse_request(line);
        REQUIRE_FALSE(request);
        CHECK(error_of(error_line(request.error().message)) == request.error().message);
    }
    CHECK_FALSE(parse_request(std::string(kMaxRequest, '[')));
    CHECK(error_of("{\"status\":\"healthy\"}").empty());
}
