// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/screen.hpp"

#include <algorithm>
#include <clocale>

#include "catch.hpp"
#include "core/columns.hpp"
#include "core/text.hpp"

using namespace nflogd;
using namespace nflogd::screen;

namespace {

Figures figures() {
    Figures made;
    made.from = "live";
    made.packets = 1000;
    made.bytes = 60'000;
    made.rate = 1234;
    made.history.back() = 1234;
    made.lost = 0;
    made.keys = 3;
    made.rows = {{"192.0.2.1", 700, 42'000}, {"2001:db8::1", 200, 12'000}, {"10.0.0.1", 100, 6000}};
    return made;
}

std::vector<std::string> text(const Figures& from, const State& state, Size size,
                              bool unicode = true) {
    std::vector<std::string> lines;
    for (const Line& line : draw(from, state, size, unicode)) lines.push_back(plain(line));
    return lines;
}

bool has(const std::vector<std::string>& lines, std::string_view part) {
    return std::any_of(lines.begin(), lines.end(), [part](const std::string& line) {
        return line.find(part) != std::string::npos;
    });
}

Style style_of(const Figures& from, std::string_view part) {
    for (const Line& line : draw(from, {}, {}, true)) {
        for (const Span& span : line) {
            if (span.text.find(part) != std::string::npos) return span.style;
        }
    }
    return Style::normal;
}

}  // namespace

TEST_CASE("a screen of 80x24 shows everything", "[screen]") {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    const auto lines = text(figures(), {}, {24, 80});
    CHECK(lines.size() == 24);
    CHECK(lines[0].starts_with("1,234/s "));
    CHECK(lines[0].ends_with("█ lost 0"));
    CHECK(lines[1] == "1,000 packets, 59 KiB  live");
    CHECK(lines[2] == "1 Sources  2 Destinations  3 Ports  4 Rules  5 Interfaces  ");
    CHECK(lines[3].starts_with("3 different"));
    CHECK(lines[4].starts_with("192.0.2.1"));
    CHECK(has({lines[4]}, "700  70.0 %   41 KiB ██████▎"));
    CHECK(has({lines[5]}, "20.0 %"));
    CHECK(lines[7].empty());
    CHECK(lines[23] == "s sort: packets  / filter  space freeze  n names  r reset  h help  q quit");
}

TEST_CASE("no size makes a line too wide, or hides the losses", "[screen]") {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    Figures made = figures();
    made.lost = 12;
    made.missed = 7;
    made.rows.assign(40, {"a very long name of a rule 漢字漢字漢字", 5, 5});
    State state;
    state.filter = std::string(300, 'f');
    state.editing = GENERATE(false, true);
    state.help = GENERATE(false, true);
    state.typed = std::string(200, 't');
    state.error = GENERATE("", "column 3: something is wrong there");
    const bool unicode = GENERATE(false, true);
    bool held = true;
    for (std::size_t lines = 0; lines < 30; ++lines) {
        for (std::size_t columns = 0; columns < 130; ++columns) {
            const auto shown = text(made, state, {lines, columns}, unicode);
            held = held && shown.size() <= lines;
            held = held && rows_within(state, {lines, columns}) <= lines;
            for (const std::string& line : shown) held = held && columns_of(line) <= columns;
            if (lines > 0 && columns >= 7) held = held && has({shown[0]}, "lost 12");
        }
    }
    CHECK(held);
}

TEST_CASE("20x5 still has a row", "[screen]") {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    const auto lines = text(figures(), {}, {5, 20});
    REQUIRE(lines.size() == 5);
    CHECK(has({lines[0]}, "lost 0"));
    CHECK(lines[1].starts_with("1 Sources"));
    CHECK(lines[2] == "192.0.2.1        700");
}

TEST_CASE("losses are in the colour of an alarm only if there are some", "[screen]") {
    Figures made = figures();
    CHECK(style_of(made, "lost 0") == Style::strong);
    made.lost = 1;
    CHECK(style_of(made, "lost 1") == Style::alarm);
    made.lost.reset();
    CHECK(style_of(made, "lost ?") == Style::strong);
    made.lost = 0;
    made.missed = 3;
    CHECK(style_of(made, "missed 3") == Style::alarm);
    made.lost_before = 44;
    CHECK(has(text(made, {}, {}), "44 lost before"));
}

TEST_CASE("names of others cannot drive the terminal", "[screen]") {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    Figures made = figures();
    made.rows = {{"\x1b[2J\x07\x9b\r\n\xE2\x80\xAE", 1, 1}};
    made.from = "file\x1b]0;x\x07";
    made.trouble = "gone\x1b[H";
    State state;
    state.filter = "a\tb";
    for (const std::string& line : text(made, state, {24, 200})) CHECK(printable(line));
}

TEST_CASE("a terminal without UTF-8 gets ASCII", "[screen]") {
    Figures made = figures();
    made.rows = {{"rüle", 700, 1}};
    const auto lines = text(made, {}, {24, 80}, false);
    for (const std::string& line : lines) {
        CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    }
    CHECK(has(lines, "r?le"));
    CHECK(has(lines, "####"));
}

TEST_CASE("the state is told: frozen, filter, error, help", "[screen]") {
    State state;
    state.frozen = true;
    CHECK(has(text(figures(), state, {24, 80}), "FROZEN"));
    CHECK(has(text(figures(), state, {6, 20}), "FROZEN"));
    state.filter = "proto == udp";
    CHECK(has(text(figures(), state, {24, 80}), "filter: proto == udp"));
    state.editing = true;
    state.typed = "proto ==";
    state.error = "column 9: the end where a value is expected";
    const auto lines = text(figures(), state, {24, 80});
    CHECK(lines.back() == "/proto ==  column 9: the end where a value is expected");
    state.editing = false;
    state.help = true;
    CHECK(has(text(figures(), state, {24, 80}), "freeze the screen"));
}
