// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace nflogd::config {
namespace {

constexpr std::size_t kLongestQuote = 64;

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;  ///< 0: the bytes are not UTF-8 (RFC 3629)
};

std::size_t sequence_size(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    if (lead >= 0xF0 && lead < 0xF5) return 4;
    return 0;
}

/// `text` is not empty.
CodePoint decode(std::string_view text) {
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const std::size_t size = sequence_size(lead);
    if (size == 0 || size > text.size()) return {};
    char32_t value = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte & 0xC0U) != 0x80) return {};
        value = value << 6 | (byte & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value < 0xE000;
    if (value < kSmallest[size] || value > 0x10FFFF || surrogate) return {};
    return {value, size};
}

bool is_control(char32_t value) { return value < 0x20 || (value >= 0x7F && value < 0xA0); }

bool is_refused(char32_t value) {
    return (value < 0x20 && value != '\t' && value != '\n' && value != '\r') || value == 0x7F;
}

}  // namespace

std::optional<TextProblem> check_text(std::string_view text) {
    int line = 1;
    std::size_t line_start = 0;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = decode(text.substr(at));
        const int column = static_cast<int>(at - line_start) + 1;
        const auto byte = static_cast<std::uint8_t>(text[at]);
        if (point.size == 0) {
            return TextProblem{line, column, fmt::format("byte 0x{:02x} is not UTF-8", byte)};
        }
        if (is_refused(point.value)) {
            return TextProblem{line, column, fmt::format("control byte 0x{:02x}", byte)};
        }
        at += point.size;
        if (point.value == '\n') {
            ++line;
            line_start = at;
        }
    }
    return std::nullopt;
}

bool printable(std::string_view text) {
    while (!text.empty()) {
        const CodePoint point = decode(text);
        if (point.size == 0 || is_control(point.value)) return false;
        text.remove_prefix(point.size);
    }
    return true;
}

std::string quote(std::string_view text) {
    std::string out = "'";
    while (!text.empty() && out.size() <= kLongestQuote) {
        const CodePoint point = decode(text);
        if (point.size == 0 || is_control(point.value)) {
            out += point.size > 1 ? fmt::format("\\u{:04x}", static_cast<unsigned>(point.value))
                                  : fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[0]));
        } else {
            out += text.substr(0, point.size);
        }
        text.remove_prefix(point.size == 0 ? 1 : point.size);
    }
    return out + (text.empty() ? "'" : "...'");
}

}  // namespace nflogd::config
