// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "sample.hpp"

using namespace nflogd::control;
using nlohmann::json;

TEST_CASE("a report as JSON") {
    const json report = json::parse(to_json(sample_report()));
    CHECK(report["status"] == "healthy");
    CHECK(report["started"] == "2026-11-29T17:49:16.128Z");
    CHECK(report["uptime_seconds"] == 93784);
    CHECK(report["rates"]["received"]["1min"] == 1234.5);
    CHECK(report["rules"][0] == json::parse(R"({"rule":"ssh \"new\"","action":"log",
        "groups":[100,101],"matched":1234567,"suppressed":5,"logged":1234560,"lost_kernel":2})"));
    CHECK(report["rules"][1] == json::parse(R"({"rule":"old","logged":7})"));  // absent is not 0
    CHECK(report["outputs"][0]["spooled"] == 9);
    CHECK(report["outputs"][0]["state"] == "writing");
    CHECK_FALSE(report["outputs"][0].contains("reason"));
    CHECK(report["warnings"][0]["remedy"] == "do this");
}

TEST_CASE("what makes a daemon degraded") {
    Report report = sample_report();
    CHECK_FALSE(report.degraded());
    SECTION("packets are being lost") { report.losing = true; }
    SECTION("rules are missing") { report.rules_missing = "table inet nflogd"; }
    SECTION("an output is suspended") { report.outputs[0].suspended = "No space left"; }
    CHECK(report.degraded());
    CHECK(is_degraded(to_json(report)) == true);
}

TEST_CASE("one screen") {
    const auto text = to_text(to_json(sample_report()), {});
    REQUIRE(text);
    CHECK(*text ==
          "nflogd 1.2.3 on gw: healthy\n"
          "  up 1 d 02:03:04 since 2026-11-29T17:49:16.128Z, process 42 as nflogd\n"
          "  sandbox: no capabilities\n"
          "  rules: 2 of our own, nftables, owned; worker restarts: 0\n"
          "\n"
          "PACKETS A SECOND  1 s  1 min  15 min\n"
          "received           12  1,235     0.0\n"
          "lost                0      0       0\n"
          "\n"
          "RULE       ACTION    MATCHED  SUPPRESSED     LOGGED  LOST\n"
          "ssh \"new\"     log  1,234,567           5  1,234,560     2\n"
          "old             -          -           -          7     -\n"
          "\n"
          "GROUP   RECEIVED  LOST  BUFFER  IN USE\n"
          "100    1,234,567     2  32 MiB    25 %\n"
          "\n"
          "OUTPUT    STATE    WRITTEN  FILTERED  DROPPED  FAILED  QUEUED\n"
          "main    writing  1,234,500        60        5       1       1\n"
          "  main: json to /var/log/nflogd/nflogd.json, queue 16,384, in its spool 9\n"
          "\n"
          "! something is odd\n"
          "  do this\n");
}

TEST_CASE("no line of the tables is wider than the terminal") {
    Report report = sample_report();
    report.rules[0].ledger.rule = std::string(127, 'x');
    const auto text = to_text(to_json(report), {false, 72});
    REQUIRE(text);
    CHECK(text->find(std::string(73, 'x')) == std::string::npos);
    CHECK(text->find("x~ ") != std::string::npos);
}

TEST_CASE("no byte of a report drives the terminal") {
    Report report = sample_report();
    report.host = "a\033[31mb\u009b2J\n";
    report.warnings[0].text = "c\033]0;x\007";
    const auto text = to_text(to_json(report), {});
    REQUIRE(text);
    CHECK(text->find('\033') == std::string::npos);
    CHECK(text->find('\007') == std::string::npos);
    CHECK(text->find("\u009b") == std::string::npos);
}

TEST_CASE("losses and states have colours on request") {
    const auto text = to_text(to_json(sample_report()), {true, 80});
    REQUIRE(text);
    CHECK(text->find("\033[32mhealthy\033[0m") != std::string::npos);
    CHECK(text->find("\033[31m        5\033[0m") != std::string::npos);  // dropped
}

TEST_CASE("what is no report has no screen") {
    for (const char* line : {"", "{}", "[1]", "{\"error\":\"x\"}", "{\"status\":1}", "nonsense"}) {
        CHECK_FALSE(to_text(line, {}));
        CHECK_FALSE(is_degraded(line));
    }
    // Another version's, with things of other types.
    const auto text = to_text(R"({"status":"healthy","rules":7,"groups":[1,{}],"rates":[],
        "outputs":[{"written":"x"}],"warnings":[{}]})",
                              {});
    REQUIRE(text);
    CHECK(text->starts_with("nflogd - on -: healthy\n"));
}
