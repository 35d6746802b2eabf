// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Every number at both sides of both its bounds.
#include <string>

#include "catch.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

constexpr const char* kSource = "sources: [{groups: 1, ";
constexpr const char* kRule = "rules: {log: [{name: a, hook: input, ";
constexpr const char* kFile = "outputs: [{name: a, type: file, path: /a, ";
constexpr const char* kOut = "\noutputs: [{name: a, type: stdout}]";

const std::string kSourceEnd = std::string("}]") + kOut;
const std::string kRuleEnd = std::string("}]}") + kOut;

struct Row {
    std::string before;  ///< the file up to the value
    std::string after;
    const char* below;
    const char* lowest;
    const char* highest;
    const char* above;
    const char* range;  ///< as the message tells it; null: in other words
};

std::vector<Row> rows() {
    const std::string source = kSource;
    const std::string rule = kRule;
    const std::string file = kFile;
    return {
        {"sources: [{groups: ", kSourceEnd, "-1", "0", "65535", "65536", "0..65535"},
        {source + "snaplen: ", kSourceEnd, "-1", "0", "65535", "65536", "0..65535"},
        {source + "queue_threshold: ", kSourceEnd, "0", "1", "1024", "1025", "1..1024"},
        {source + "flush_timeout: ", kSourceEnd, "0", "10ms", "10s", "10010ms", "10ms..10s"},
        {source + "netlink_buffer: ", kSourceEnd, "4095", "4KiB", "128KiB", "131073",
         "4KiB..128KiB"},
        {source + "receive_buffer: ", kSourceEnd, "65535", "64KiB", "1GiB", "1073741825",
         "64KiB..1GiB"},
        {rule + "protocol: ", kRuleEnd, "-1", "0", "255", "256", nullptr},
        {rule + "destination_port: ", kRuleEnd, "-1", "0", "65535", "65536", nullptr},
        {rule + "limit: {rate: ", "}" + kRuleEnd, "0/day", "1/day", "1000000000/second",
         "1000000001/second", nullptr},
        {rule + "limit: {rate: 1/day, burst: ", "}" + kRuleEnd, "0", "1", "1000000", "1000001",
         "1..1000000"},
        {"outputs: [{name: a, type: stdout, queue: ", "}]", "63", "64", "4194304", "4194305",
         "64..4194304"},
        {file + "rotate: {size: ", "}}]", "4095", "4KiB", "1024GiB", "1025GiB",
         "0 or 4KiB..1024GiB"},
        {file + "rotate: {max_total: ", "}}]", "4095", "4KiB", "1048576GiB", "1048577GiB",
         "0 or 4KiB..1048576GiB"},
        {file + "rotate: {interval: ", "}}]", "59s", "1m", "366d", "367d", "0 or 1m..366d"},
        {file + "rotate: {keep: ", "}}]", "-1", "0", "100000", "100001", "0..100000"},
        {file + "sync: ", "}]", "-1ms", "1ms", "1d", "86400001ms", "0 or 1ms..1d"},
        {"metrics: {interval: ", std::string("}") + kOut, "0", "1s", "1h", "3601s", "1s..1h"},
        {"metrics: {listen: '127.0.0.1:", std::string("'}") + kOut, "0", "1", "65535", "65536",
         nullptr},
        {"ledger: {interval: ", std::string("}") + kOut, "0", "1s", "1d", "25h", "1s..1d"},
    };
}

}  // namespace

TEST_CASE("numbers are taken up to their bounds and not past them") {
    for (const Row& row : rows()) {
        CAPTURE(row.before);
        for (const char* good : {row.lowest, row.highest}) {
            CAPTURE(good);
            CHECK(lines(load_string(row.before + good + row.after).problems).empty());
        }
        for (const char* bad : {row.below, row.above}) {
            CAPTURE(bad);
            const auto problems = load_string(row.before + bad + row.after).problems;
            REQUIRE(problems.size() == 1);
            if (row.range == nullptr) continue;
            CHECK(problems[0].message.find(std::string("must be ") + row.range + ", is '") !=
                  std::string::npos);
        }
    }
}

TEST_CASE("zero means no limit where the range says so") {
    const auto loaded = load_string(
        "outputs: [{name: a, type: file, path: /a, sync: 0, "
        "rotate: {size: 0, interval: 0, keep: 0, max_total: 0}}]");
    CHECK(loaded.problems.empty());
}

TEST_CASE("rules and outputs are counted") {
    std::string rules = "rules:\n  log:\n";
    std::string outputs = "outputs:\n";
    for (int i = 0; i < 4096; ++i)
        rules += "    - {name: r" + std::to_string(i) + ", hook: input}\n";
    for (int i = 0; i < 64; ++i)
        outputs += "  - {name: o" + std::to_string(i) + ", type: stdout}\n";
    CHECK(load_string(rules + outputs).problems.empty());
    CHECK(lines(load_string(rules + "    - {name: one, hook: input}\n" + outputs).problems) ==
          "t.yaml:4099:7: more than 4096 rules\n");
    CHECK(lines(load_string(outputs + "  - {name: one, type: stdout}\n").problems) ==
          "t.yaml:66:5: more than 64 outputs\n");
}
