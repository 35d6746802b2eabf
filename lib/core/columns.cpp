// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/columns.hpp"

#include <fmt/format.h>

#include <array>
#include <cwchar>

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace nflogd {
namespace {

/// A locale that does not know a character takes it for one column.
std::size_t width_of(char32_t code) {
    const int width = ::wcwidth(static_cast<wchar_t>(code));
    return width < 0 ? 1 : static_cast<std::size_t>(width);
}

struct Part {
    std::size_t bytes = 0;
    std::size_t columns = 0;
};

/// As much of `text` as fits.
Part part_within(std::string_view text, std::size_t columns) {
    Part part;
    while (part.bytes < text.size()) {
        const Utf8Character point = first_character(text.substr(part.bytes));
        const std::size_t width = point.length == 0 ? 1 : width_of(point.code);
        if (part.columns + width > columns) break;
        part.columns += width;
        part.bytes += point.length == 0 ? 1 : point.length;
    }
    return part;
}

/// Cut to `columns`, which is then said.
std::string cut(std::string_view text, std::size_t& columns) {
    std::string shown = harmless(text);
    Part part = part_within(shown, columns);
    if (part.bytes < shown.size()) {
        part = columns == 0 ? Part{} : part_within(shown, columns - 1);
        shown.resize(part.bytes);
        if (columns > 0) shown += '~';
        part.columns += columns > 0 ? 1 : 0;
    }
    columns -= part.columns;
    return shown;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    return part_within(text, std::string_view::npos).columns;
}

std::string fit(std::string_view text, std::size_t columns) {
    std::string shown = cut(text, columns);
    return shown.append(columns, ' ');
}

std::string fit_right(std::string_view text, std::size_t columns) {
    const std::string shown = cut(text, columns);
    return std::string(columns, ' ') + shown;
}

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
    return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "0.0 %";
    return fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace nflogd
