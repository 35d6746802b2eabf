// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the keys of the live screen change. Plain data and pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace nflogd::screen {

enum class View : std::uint8_t { sources, destinations, ports, rules, interfaces };
inline constexpr std::array<std::string_view, 5> kViewNames = {"Sources", "Destinations", "Ports",
                                                               "Rules", "Interfaces"};

enum class Sort : std::uint8_t { packets, bytes, name };
inline constexpr std::array<std::string_view, 3> kSortNames = {"packets", "bytes", "name"};

struct Key {
    enum class Kind : std::uint8_t {
        character,  ///< `code` says which
        tab,
        back_tab,
        enter,
        backspace,
        escape,
        up,
        down,
        page_up,
        page_down,
        home,
        other,
    };
    Kind kind = Kind::other;
    char32_t code = 0;
};

struct State {
    View view = View::sources;
    Sort sort = Sort::packets;
    bool frozen = false;
    bool resolve = false;
    bool help = false;
    std::size_t scroll = 0;  ///< rows above the first that is shown
    std::string filter;      ///< the one that is in use
    bool editing = false;    ///< a new filter is being typed
    std::string typed;
    std::string error;  ///< why `typed` is no filter
};

/// What is left to do for whoever owns the data.
enum class Todo : std::uint8_t {
    nothing,
    quit,
    reset,   ///< begin to count anew
    filter,  ///< `typed` was entered: see filter_taken() and filter_refused()
};

/// `page`: rows that the screen has room for.
[[nodiscard]] Todo press(State& state, const Key& key, std::size_t page);

void filter_taken(State& state);
/// The text stays, to be corrected.
void filter_refused(State& state, std::string_view reason);

}  // namespace nflogd::screen
