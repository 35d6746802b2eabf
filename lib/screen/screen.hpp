// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The live screen as lines of text: what is known, what the keys chose and the size
/// in; styled text out. Whatever the names hold, no control character comes out, and no
/// line is wider than the screen. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "screen/rate.hpp"
#include "screen/state.hpp"

namespace nflogd::screen {

enum class Style : std::uint8_t { normal, strong, dim, alarm, chosen, bar };

struct Span {
    std::string text;
    Style style = Style::normal;
};
using Line = std::vector<Span>;

struct Row {
    std::string name;  ///< raw
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
};

/// What is shown.
struct Figures {
    std::string from;           ///< "live", or the name of a file
    std::string trouble;        ///< why nothing more comes, if so
    std::uint64_t packets = 0;  ///< that the filter let through
    std::uint64_t bytes = 0;
    std::uint64_t rate = 0;  ///< packets in the last second
    RateHistory::Counts history{};
    std::optional<std::uint64_t> lost;  ///< nothing: no ledger was seen yet
    std::uint64_t lost_before = 0;      ///< before the screen began, or was reset
    std::uint64_t missed = 0;           ///< written, but this screen was too slow for them
    std::uint64_t keys = 0;             ///< different names in this view
    std::uint64_t unseen = 0;           ///< numbers may be too low by so many
    std::vector<Row> rows;              ///< of the view, from the first to the last that fits
};

struct Size {
    std::size_t lines = 24;
    std::size_t columns = 80;
};

/// At most `size.lines` lines of at most `size.columns`. `unicode`: blocks may be used,
/// and characters beyond ASCII.
[[nodiscard]] std::vector<Line> draw(const Figures& figures, const State& state, Size size,
                                     bool unicode);

/// Rows of the table that draw() has room for.
[[nodiscard]] std::size_t rows_within(const State& state, Size size);

[[nodiscard]] std::string plain(const Line& line);

}  // namespace nflogd::screen
