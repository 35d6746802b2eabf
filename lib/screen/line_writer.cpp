// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/line_writer.hpp"

#include <algorithm>

#include "core/columns.hpp"
#include "core/text.hpp"

namespace nflogd::screen {

std::string readable(std::string_view text, bool unicode) {
    std::string shown = harmless(text);
    if (unicode) return shown;
    std::string ascii;
    for (const char c : shown) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80) ascii += byte < 0x80 ? c : '?';
    }
    return ascii;
}

void LineWriter::add(std::string text, std::size_t columns, Style style) {
    left_ -= columns;
    if (!text.empty()) line_.push_back({std::move(text), style});
}

void LineWriter::put(std::string_view text, Style style) {
    std::string shown = readable(text, unicode_);
    const std::size_t columns = columns_of(shown);
    if (columns <= left_) return add(std::move(shown), columns, style);
    add(fit(shown, left_), left_, style);
}

void LineWriter::put_fit(std::string_view text, std::size_t columns, Style style) {
    columns = std::min(columns, left_);
    add(fit(readable(text, unicode_), columns), columns, style);
}

void LineWriter::put_right(std::string_view text, std::size_t columns, Style style) {
    columns = std::min(columns, left_);
    add(fit_right(readable(text, unicode_), columns), columns, style);
}

}  // namespace nflogd::screen
