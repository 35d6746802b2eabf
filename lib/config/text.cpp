// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

#include "core/utf8.hpp"

namespace nflogd::config {
namespace {

bool is_refused(char32_t value) {
    return (value < 0x20 && value != '\t' && value != '\n' && value != '\r') || value == 0x7F;
}

}  // namespace

std::optional<TextProblem> check_text(std::string_view text) {
    int line = 1;
    std::size_t line_start = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Character point = first_character(text.substr(at));
        const int column = static_cast<int>(at - line_start) + 1;
        const auto byte = static_cast<std::uint8_t>(text[at]);
        if (point.length == 0) {
            return TextProblem{line, column, fmt::format("byte 0x{:02x} is not UTF-8", byte)};
        }
        if (is_refused(point.code)) {
            return TextProblem{line, column, fmt::format("control byte 0x{:02x}", byte)};
        }
        at += point.length;
        if (point.code == '\n') {
            ++line;
            line_start = at;
        }
    }
    return std::nullopt;
}

}  // namespace nflogd::config
