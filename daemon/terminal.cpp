// SPDX-License-Identifier: GPL-2.0-or-later
#include "terminal.hpp"

// Its macros would rename std::move() and others.
#define NCURSES_NOMACROS
#include <curses.h>
#include <langinfo.h>
#include <poll.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace nflogd::daemon {
namespace {

using screen::Key;

constexpr short kAlarm = 1;
constexpr short kBar = 2;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

bool wants_colour() {
    const char* no_color = std::getenv("NO_COLOR");
    return (no_color == nullptr || *no_color == 0) && has_colors();
}

struct NamedKey {
    wint_t code;
    Key::Kind kind;
};
constexpr std::array kFunctionKeys = {
    NamedKey{KEY_BTAB, Key::Kind::back_tab},       NamedKey{KEY_ENTER, Key::Kind::enter},
    NamedKey{KEY_BACKSPACE, Key::Kind::backspace}, NamedKey{KEY_UP, Key::Kind::up},
    NamedKey{KEY_DOWN, Key::Kind::down},           NamedKey{KEY_PPAGE, Key::Kind::page_up},
    NamedKey{KEY_NPAGE, Key::Kind::page_down},     NamedKey{KEY_HOME, Key::Kind::home}};
constexpr std::array kControlKeys = {
    NamedKey{'\t', Key::Kind::tab},       NamedKey{'\r', Key::Kind::enter},
    NamedKey{'\n', Key::Kind::enter},     NamedKey{'\b', Key::Kind::backspace},
    NamedKey{0x7F, Key::Kind::backspace}, NamedKey{0x1B, Key::Kind::escape}};

template <std::size_t Size>
std::optional<Key> find(const std::array<NamedKey, Size>& keys, wint_t code) {
    for (const NamedKey& key : keys) {
        if (key.code == code) return Key{key.kind, 0};
    }
    return std::nullopt;
}

}  // namespace

struct Terminal::Parts {
    std::unique_ptr<std::FILE, CloseFile> keyboard;
    SCREEN* screen = nullptr;
    bool colour = false;

    [[nodiscard]] attr_t attributes(screen::Style style) const {
        const auto colours = [this](short pair, attr_t otherwise) {
            return colour ? static_cast<attr_t>(COLOR_PAIR(pair)) : otherwise;
        };
        switch (style) {
            case screen::Style::strong: return A_BOLD;
            case screen::Style::dim: return A_DIM;
            case screen::Style::alarm: return A_BOLD | colours(kAlarm, A_REVERSE);
            case screen::Style::chosen: return A_REVERSE;
            case screen::Style::bar: return colours(kBar, A_NORMAL);
            case screen::Style::normal: break;
        }
        return A_NORMAL;
    }
    [[nodiscard]] int keyboard_fd() const {
        return keyboard ? ::fileno(keyboard.get()) : STDIN_FILENO;
    }
};

Terminal::Terminal(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)), unicode_(is_unicode()) {
    ::cbreak();
    ::noecho();
    ::nonl();
    ::keypad(stdscr, TRUE);
    ::set_escdelay(100);
    ::curs_set(0);
    parts_->colour = wants_colour();
    if (!parts_->colour) return;
    ::start_color();
    ::use_default_colors();
    ::init_pair(kAlarm, COLOR_RED, -1);
    ::init_pair(kBar, COLOR_CYAN, -1);
}

bool is_unicode() { return std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0; }

Status Terminal::check() {
    if (::isatty(STDOUT_FILENO) == 1) return {};
    return Error{
        "standard output is no terminal; `nflogd top --once` and `nflogd report` need "
        "none",
        EX_USAGE};
}

Result<std::unique_ptr<Terminal>> Terminal::open() {
    if (::isatty(STDOUT_FILENO) == 0) {
        return Error{
            "standard output is no terminal; `nflogd top --once` and `nflogd report` "
            "need none",
            EX_USAGE};
    }
    auto parts = std::make_unique<Parts>();
    if (::isatty(STDIN_FILENO) == 0) {
        parts->keyboard.reset(std::fopen("/dev/tty", "re"));
        if (!parts->keyboard) return Error{"there is no terminal to read keys from", EX_USAGE};
    }
    parts->screen = ::newterm(nullptr, stdout, parts->keyboard ? parts->keyboard.get() : stdin);
    if (parts->screen == nullptr) {
        const char* name = std::getenv("TERM");
        return Error{"the terminal '" + std::string(name == nullptr ? "" : name) +
                         "' is not known here; set TERM to one that is",
                     EX_USAGE};
    }
    return std::unique_ptr<Terminal>(new Terminal(std::move(parts)));
}

Terminal::~Terminal() {
    ::endwin();
    ::delscreen(parts_->screen);
}

screen::Size Terminal::size() const {
    const auto size = [](int value) { return static_cast<std::size_t>(value < 0 ? 0 : value); };
    return {size(getmaxy(stdscr)), size(getmaxx(stdscr))};
}

void Terminal::show(const std::vector<screen::Line>& lines) {
    ::erase();
    int y = 0;
    for (const screen::Line& line : lines) {
        ::move(y++, 0);
        for (const screen::Span& span : line) {
            ::attrset(static_cast<int>(parts_->attributes(span.style)));
            ::addstr(span.text.c_str());
        }
    }
    ::attrset(A_NORMAL);
    ::refresh();
}

std::optional<Key> Terminal::read(std::chrono::milliseconds patience) {
    ::timeout(static_cast<int>(patience.count()));
    wint_t code = 0;
    switch (::get_wch(&code)) {
        case ERR: return std::nullopt;
        case KEY_CODE_YES:
            if (code == KEY_RESIZE) return std::nullopt;
            return find(kFunctionKeys, code).value_or(Key{});
        default: break;
    }
    return find(kControlKeys, code).value_or(Key{Key::Kind::character, code});
}

bool Terminal::gone() const {
    pollfd keyboard{parts_->keyboard_fd(), POLLIN, 0};
    return ::poll(&keyboard, 1, 0) > 0 && (keyboard.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

}  // namespace nflogd::daemon
