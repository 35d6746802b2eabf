// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace nflogd {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

constexpr std::array kControls = {
    Range{0x00, 0x1f},     Range{0x7f, 0x9f}, Range{0x061c, 0x061c},  // Arabic letter mark
    Range{0x200e, 0x200f},  // left-to-right mark, right-to-left mark
    Range{0x2028, 0x202e},  // line and paragraph separator, embeddings, overrides
    Range{0x2066, 0x2069},  // isolates
};

constexpr std::array kSpaces = {
    Range{0x20, 0x20},     Range{0xa0, 0xa0},     Range{0x1680, 0x1680}, Range{0x2000, 0x200a},
    Range{0x202f, 0x202f}, Range{0x205f, 0x205f}, Range{0x3000, 0x3000},
};

template <std::size_t Size>
bool is_in(const std::array<Range, Size>& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(), [code](const Range& range) {
        return code >= range.first && code <= range.last;
    });
}

/// Bytes of the character that starts with `lead`; 0 if none does.
std::size_t length_by(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    if (lead >= 0xf0 && lead < 0xf5) return 4;
    return 0;
}

}  // namespace

Utf8Character first_character(std::string_view text) {
    constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const std::size_t length = length_by(lead);
    if (length == 0 || length > text.size()) return {};
    if (length == 1) return {1, lead};
    char32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte & 0xc0U) != 0x80) return {};
        code = code << 6 | (byte & 0x3fU);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < kSmallest[length] || surrogate || code > 0x10ffff) return {};
    return {length, code};
}

bool is_control(char32_t code) { return is_in(kControls, code); }

bool is_space(char32_t code) { return is_in(kSpaces, code); }

}  // namespace nflogd
