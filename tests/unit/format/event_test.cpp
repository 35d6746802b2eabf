// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "records.hpp"

using namespace nflogd;

namespace {

Ledger example_ledger() {
    Ledger ledger;
    ledger.timestamp_ns = 1795428234'123456789;
    ledger.rules.push_back({"web \"x\"", 120, 10, 107, 3});
    ledger.rules.push_back({"theirs", std::nullopt, std::nullopt, 5, std::nullopt});
    ledger.groups.push_back({100, 112, 2});
    ledger.outputs.push_back({"main", 100, 9, 5, 6, 1});
    ledger.malformed = 1;
    ledger.truncated = 2;
    ledger.overruns = 3;
    ledger.socket_drops = 4;
    ledger.cut_datagrams = 5;
    return ledger;
}

std::string text(format::Formatter& formatter, const Event& event) {
    std::string out;
    formatter.event(event, out);
    return out;
}

}  // namespace

TEST_CASE("the ledger in JSON: absent is left out, final only on the last one") {
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    Ledger ledger = example_ledger();
    const std::string expected =
        R"({"timestamp":"2026-11-23T10:03:54.123456Z","event":"ledger","host":"gw1",)"
        R"("rules":[{"rule":"web \"x\"","matched":120,"suppressed":10,"logged":107,"lost_kernel":3},)"
        R"({"rule":"theirs","logged":5}],)"
        R"("groups":[{"group":100,"received":112,"lost_kernel":2}],)"
        R"("outputs":[{"output":"main","written":100,"filtered":9,"dropped":5,"failed":6,"queued":1}],)"
        R"("decode":{"malformed":1,"truncated":2},)"
        R"("netlink":{"overruns":3,"socket_drops":4,"cut_datagrams":5})";
    REQUIRE(text(*json, ledger) == expected + "}\n");
    ledger.final = true;
    REQUIRE(text(*json, ledger) == expected + ",\"final\":true}\n");
    REQUIRE(nlohmann::json::parse(text(*json, Ledger{}))["rules"].empty());
}

TEST_CASE("a lifecycle record in JSON cannot be forged by its details") {
    const auto json = format::make_json({"gw\"1", &fakes::example_labels(), false});
    const Lifecycle lifecycle{0, "output_suspended", {{"output", "a\"}\n"}, {"reason", "full"}}};
    REQUIRE(text(*json, lifecycle) ==
            R"({"timestamp":"1970-01-01T00:00:00.000000Z","event":"lifecycle","host":"gw\"1",)"
            R"("change":"output_suspended","output":"a\"}\u000a","reason":"full"})"
            "\n");
}

TEST_CASE("events as lines for a human") {
    const auto line = format::make_line({"gw1", &fakes::example_labels(), false});
    Ledger ledger = example_ledger();
    const std::string told = text(*line, ledger);
    REQUIRE_THAT(
        told, Catch::Matchers::Contains("received 112") &&
                  Catch::Matchers::Contains("matched 120 logged 107 suppressed 10 LOST 3") &&
                  Catch::Matchers::Contains("output main dropped 5 failed 6") &&
                  !Catch::Matchers::Contains("nothing lost") && !Catch::Matchers::Contains("\033"));
    Ledger lossy;  // of rules that are not ours only the groups' sum is known
    lossy.groups.push_back({100, 5, 2});
    REQUIRE_THAT(text(*line, lossy), Catch::Matchers::Contains("received 5; group 100 LOST 2\n"));
    Ledger quiet;
    quiet.final = true;
    REQUIRE_THAT(text(*line, quiet),
                 Catch::Matchers::Contains("final ledger: received 0; nothing lost\n"));
    REQUIRE_THAT(text(*line, Lifecycle{0, "started", {{"k", "v\x1b"}}}),
                 Catch::Matchers::Contains("-- started k=v\\x1b\n"));
    const auto coloured = format::make_line({"gw1", &fakes::example_labels(), true});
    REQUIRE_THAT(text(*coloured, quiet), Catch::Matchers::Contains("\033[0m\n"));
}
