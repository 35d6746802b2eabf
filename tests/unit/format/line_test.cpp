// SPDX-License-Identifier: GPL-2.0-or-later
#include <random>

#include "catch.hpp"
#include "records.hpp"

using namespace nflogd;

TEST_CASE("colours tell the action, and only when asked for") {
    const auto plain = format::make_line({"gw1", &fakes::example_labels(), false});
    const auto coloured = format::make_line({"gw1", &fakes::example_labels(), true});
    const Record tcp = fakes::example_records()[0].record;
    REQUIRE(fakes::format_packet(*plain, tcp).find('\033') == std::string::npos);
    REQUIRE(fakes::format_packet(*coloured, tcp).find("\033[31mdrop\033[0m") != std::string::npos);
    const Record broken = fakes::example_records()[11].record;
    REQUIRE(fakes::format_packet(*coloured, broken).find("\033[33m truncated") !=
            std::string::npos);
}

TEST_CASE("a random record is one line without a control byte, within the bound") {
    std::mt19937 random(11);
    const auto line = format::make_line({"gw1", &fakes::example_labels(), false});
    for (int i = 0; i < 20000; ++i) {
        const std::string text = fakes::format_packet(*line, fakes::random_record(random));
        REQUIRE(text.back() == '\n');
        REQUIRE(fakes::is_printable(std::string_view(text).substr(0, text.size() - 1)));
    }
}

TEST_CASE("the longest line fits") {
    const auto labels = std::make_unique<Labels>();
    labels->add(fakes::hostile_text(500), fakes::hostile_text(500));
    const auto line = format::make_line({fakes::hostile_text(500), labels.get(), true});
    std::string out(2 * format::kMaxPacketText, '\0');
    REQUIRE(line->packet(fakes::longest_record(), out) < format::kMaxText);
}
