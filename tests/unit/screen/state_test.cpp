// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/state.hpp"

#include "catch.hpp"

using namespace nflogd::screen;

namespace {

Todo type(State& state, std::u32string_view text) {
    Todo todo = Todo::nothing;
    for (const char32_t code : text) todo = press(state, {Key::Kind::character, code}, 10);
    return todo;
}
Todo press_key(State& state, Key::Kind kind) { return press(state, {kind, 0}, 10); }

}  // namespace

TEST_CASE("views by number and in turn", "[state]") {
    State state;
    type(state, U"4");
    CHECK(state.view == View::rules);
    press_key(state, Key::Kind::tab);
    CHECK(state.view == View::interfaces);
    press_key(state, Key::Kind::tab);
    CHECK(state.view == View::sources);
    press_key(state, Key::Kind::back_tab);
    CHECK(state.view == View::interfaces);
    type(state, U"67890");
    CHECK(state.view == View::interfaces);
}

TEST_CASE("switches", "[state]") {
    State state;
    type(state, U"p");
    CHECK(state.frozen);
    type(state, U" ");
    CHECK_FALSE(state.frozen);
    type(state, U"n");
    CHECK(state.resolve);
    type(state, U"s");
    CHECK(state.sort == Sort::bytes);
    type(state, U"ss");
    CHECK(state.sort == Sort::packets);
    CHECK(type(state, U"r") == Todo::reset);
    CHECK(type(state, U"q") == Todo::quit);
    CHECK(type(state, U"x") == Todo::nothing);
}

TEST_CASE("any key leaves the help and does no more", "[state]") {
    State state;
    type(state, U"?");
    CHECK(state.help);
    type(state, U"p");
    CHECK_FALSE(state.help);
    CHECK_FALSE(state.frozen);
    type(state, U"h");
    CHECK(type(state, U"q") == Todo::quit);
}

TEST_CASE("a list moves, and never above its top", "[state]") {
    State state;
    press_key(state, Key::Kind::up);
    CHECK(state.scroll == 0);
    press_key(state, Key::Kind::page_down);
    press_key(state, Key::Kind::down);
    CHECK(state.scroll == 11);
    press_key(state, Key::Kind::page_up);
    CHECK(state.scroll == 1);
    press_key(state, Key::Kind::page_up);
    CHECK(state.scroll == 0);
    press_key(state, Key::Kind::down);
    type(state, U"2");
    CHECK(state.scroll == 0);
}

TEST_CASE("a filter is typed, refused, corrected and taken", "[state]") {
    State state;
    CHECK(type(state, U"/prq") == Todo::nothing);  // letters, not commands
    CHECK(state.typed == "prq");
    CHECK(press_key(state, Key::Kind::enter) == Todo::filter);
    filter_refused(state, "column 1: unknown field");
    CHECK(state.editing);
    press_key(state, Key::Kind::backspace);
    type(state, U"oto == tcp");
    CHECK(press_key(state, Key::Kind::enter) == Todo::filter);
    filter_taken(state);
    CHECK(state.filter == "proto == tcp");
    CHECK_FALSE(state.editing);
    CHECK(state.error.empty());
    type(state, U"/x");
    press_key(state, Key::Kind::escape);
    CHECK(state.filter == "proto == tcp");
    CHECK(type(state, U"q") == Todo::quit);
}

TEST_CASE("what is typed is UTF-8, bounded, and no control character", "[state]") {
    State state;
    type(state, U"/äé漢😀\x1b\x9b\x07");
    CHECK(state.typed == "äé漢😀");
    press_key(state, Key::Kind::backspace);
    press_key(state, Key::Kind::backspace);
    CHECK(state.typed == "äé");
    type(state, U"\x15");
    CHECK(state.typed.empty());
    press_key(state, Key::Kind::backspace);
    type(state, std::u32string(5000, U'x'));
    CHECK(state.typed.size() == 1000);
}
