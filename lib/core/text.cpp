// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "core/utf8.hpp"

namespace nflogd {
namespace {

constexpr std::size_t kLongestQuote = 64;

struct Harmless {
    std::string text;
    bool whole = true;
};

/// Ends when `text` does, or behind about `most` bytes.
Harmless harmless_part(std::string_view text, std::size_t most) {
    std::string out;
    while (!text.empty() && out.size() < most) {
        const Utf8Character point = first_character(text);
        if (point.length == 0 || is_control(point.code)) {
            out += point.length > 1 ? fmt::format("\\u{:04x}", static_cast<unsigned>(point.code))
                                    : fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[0]));
        } else {
            out += text.substr(0, point.length);
        }
        text.remove_prefix(point.length == 0 ? 1 : point.length);
    }
    return {std::move(out), text.empty()};
}

}  // namespace

bool printable(std::string_view text) {
    while (!text.empty()) {
        const Utf8Character point = first_character(text);
        if (point.length == 0 || is_control(point.code)) return false;
        text.remove_prefix(point.length);
    }
    return true;
}

std::string harmless(std::string_view text) {
    return harmless_part(text, std::numeric_limits<std::size_t>::max()).text;
}

std::string quote(std::string_view text) {
    const Harmless shown = harmless_part(text, kLongestQuote);
    return "'" + shown.text + (shown.whole ? "'" : "...'");
}

}  // namespace nflogd
