// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/report_text.hpp"

#include <sstream>

#include "catch.hpp"
#include "core/columns.hpp"
#include "core/text.hpp"

using namespace nflogd;
using namespace nflogd::summary;

namespace {

Record packet(std::uint8_t last, std::string_view prefix) {
    Record record;
    record.clear();
    record.timestamp_ns = 1'795'000'000'000'000'000 + last * std::uint64_t{3'600'000'000'000};
    record.set(Field::timestamp);
    record.packet.ip_version = 4;
    record.packet.src_ip.bytes = {192, 0, 2, last};
    record.packet.length = 60;
    record.packet.set(HeaderField::ip_version);
    record.packet.set(HeaderField::src_ip);
    record.packet.set(HeaderField::length);
    record.prefix_length = static_cast<std::uint8_t>(prefix.copy(record.prefix.data(), 127));
    record.set(Field::prefix);
    return record;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a report is lines of 80 harmless columns", "[report]") {
    Labels labels;
    Summary summary(labels, 8);
    Losses losses;
    losses.add("gw", Lifecycle{0, "started", {}});
    Ledger ledger;
    ledger.rules = {{"a\x1b]0;title\x07 very long name of a rule that somebody chose", 9, 0, 2, 7}};
    ledger.outputs = {{"main\n", 2, 0, 3, 1, 0, {}}};
    losses.add("gw", ledger);
    const std::string evil = "\x1b[2J\r\n\xff " + std::string(100, 'x');
    for (std::uint8_t i = 0; i < 200; ++i) summary.add(packet(i, evil));
    const std::string text = report_text({summary, losses, 3, 2, 5});
    for (const std::string& line : lines_of(text)) {
        CHECK(printable(line));
        CHECK(columns_of(line) <= 80);
    }
    CHECK(has(text, "Packets   200\n"));
    CHECK(has(text, "Lost      7 by the kernel, 3 dropped and 1 failed by outputs\n"));
    CHECK(has(text, "Unread    2 lines that are no record\n"));
    CHECK(has(text, "numbers may be too low by up to"));
    CHECK(has(text, "(others)"));
}

TEST_CASE("numbers, shares and what is not known", "[report]") {
    Labels labels;
    Summary summary(labels);
    const Losses losses;
    for (int i = 0; i < 3; ++i) summary.add(packet(1, "ssh"));
    summary.add(packet(2, "ssh"));
    Record nothing;
    nothing.clear();
    summary.add(nothing);
    const std::string text = report_text({summary, losses, 1, 0, 1});
    CHECK(has(text, "From      2026-11-18T12:06:40Z\n"));
    CHECK(has(text, "  (60 min)"));
    CHECK(has(text, "Lost      not known"));
    CHECK(
        has(text,
            "Sources (2)                                        packets      share      bytes\n"
            "192.0.2.1                                                3     60.0 %      180 B\n"
            "(others)                                                 1     20.0 %       60 B\n"
            "(not known)                                              1     20.0 %        0 B\n"));
    CHECK_FALSE(has(text, "Destinations"));
}

TEST_CASE("an empty report says so", "[report]") {
    Labels labels;
    Summary summary(labels);
    const Losses losses;
    CHECK(has(report_text({summary, losses, 1, 0, 10}), "Packets   0\n"));
}
