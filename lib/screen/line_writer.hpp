// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Puts pieces of text beside each other until a line of the screen is full. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "screen/screen.hpp"

namespace nflogd::screen {

/// Without control characters, and in ASCII unless `unicode`.
[[nodiscard]] std::string readable(std::string_view text, bool unicode);

class LineWriter {
public:
    LineWriter(std::size_t columns, bool unicode) : left_(columns), unicode_(unicode) {}

    /// As much of it as there is room for.
    void put(std::string_view text, Style style = Style::normal);
    /// In exactly so many columns, or what is left.
    void put_fit(std::string_view text, std::size_t columns, Style style = Style::normal);
    void put_right(std::string_view text, std::size_t columns, Style style = Style::normal);

    [[nodiscard]] std::size_t left() const { return left_; }
    [[nodiscard]] bool unicode() const { return unicode_; }
    [[nodiscard]] Line take() { return std::move(line_); }

private:
    void add(std::string text, std::size_t columns, Style style);

    std::size_t left_;
    bool unicode_;
    Line line_;
};

}  // namespace nflogd::screen
