// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Texts like a pattern, in which * stands for any bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace nflogd::filter {

/// The last * alone may have to be thought over, so this takes at most as many
/// comparisons as the product of both lengths.
[[nodiscard]] inline bool is_like_pattern(std::string_view text, std::string_view pattern) {
    std::size_t t = 0;
    std::size_t p = 0;
    std::size_t star = std::string_view::npos;  // the last one seen
    std::size_t behind_star = 0;                // of the text, not yet eaten by it
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            behind_star = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++behind_star;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace nflogd::filter
