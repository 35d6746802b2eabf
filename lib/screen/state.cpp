// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/state.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace nflogd::screen {
namespace {

constexpr std::size_t kMaxTyped = 1000;
constexpr char32_t kControlU = 0x15;

void show(State& state, std::size_t view) {
    state.view = static_cast<View>(view % kViewNames.size());
    state.scroll = 0;
}

void append(std::string& text, char32_t code) {
    const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
    const auto tail = [&put](char32_t rest) { put(0x80 | (rest & 0x3F)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6U);
        tail(code);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12U);
        tail(code >> 6U);
        tail(code);
    } else {
        put(0xF0 | code >> 18U);
        tail(code >> 12U);
        tail(code >> 6U);
        tail(code);
    }
}

void remove_last(std::string& text) {
    while (!text.empty()) {
        const bool begins = (static_cast<unsigned char>(text.back()) & 0xC0U) != 0x80;
        text.pop_back();
        if (begins) return;
    }
}

Todo edit(State& state, const Key& key) {
    switch (key.kind) {
        case Key::Kind::enter: return Todo::filter;
        case Key::Kind::escape:
            state.editing = false;
            state.error.clear();
            break;
        case Key::Kind::backspace: remove_last(state.typed); break;
        case Key::Kind::character:
            if (key.code == kControlU) state.typed.clear();
            if (!is_control(key.code) && state.typed.size() < kMaxTyped) {
                append(state.typed, key.code);
            }
            break;
        default: break;
    }
    return Todo::nothing;
}

void scroll(State& state, Key::Kind kind, std::size_t page) {
    std::size_t& at = state.scroll;
    switch (kind) {
        case Key::Kind::up: at -= std::min<std::size_t>(at, 1); break;
        case Key::Kind::down: ++at; break;
        case Key::Kind::page_up: at -= std::min(at, page); break;
        case Key::Kind::page_down: at += page; break;
        case Key::Kind::home: at = 0; break;
        default: break;
    }
}

void start_editing(State& state) {
    state.editing = true;
    state.typed = state.filter;
    state.error.clear();
}

Todo press_character(State& state, char32_t code) {
    if (code >= '1' && code < '1' + kViewNames.size()) show(state, code - '1');
    switch (code) {
        case 'q': return Todo::quit;
        case 'r': return Todo::reset;
        case ' ':
        case 'p': state.frozen = !state.frozen; break;
        case 's':
            state.sort =
                static_cast<Sort>((static_cast<std::size_t>(state.sort) + 1) % kSortNames.size());
            break;
        case 'n': state.resolve = !state.resolve; break;
        case 'h':
        case '?': state.help = true; break;
        case '/': start_editing(state); break;
        default: break;
    }
    return Todo::nothing;
}

}  // namespace

Todo press(State& state, const Key& key, std::size_t page) {
    if (state.editing) return edit(state, key);
    if (state.help) {
        state.help = false;
        return key.kind == Key::Kind::character && key.code == 'q' ? Todo::quit : Todo::nothing;
    }
    const auto view = static_cast<std::size_t>(state.view);
    switch (key.kind) {
        case Key::Kind::character: return press_character(state, key.code);
        case Key::Kind::tab: show(state, view + 1); break;
        case Key::Kind::back_tab: show(state, view + kViewNames.size() - 1); break;
        default: scroll(state, key.kind, page); break;
    }
    return Todo::nothing;
}

void filter_taken(State& state) {
    state.filter = state.typed;
    state.editing = false;
    state.error.clear();
    state.scroll = 0;
}

void filter_refused(State& state, std::string_view reason) { state.error = reason; }

}  // namespace nflogd::screen
