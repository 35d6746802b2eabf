// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Small things that both backends' texts are made of.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"

namespace nflogd::rules {

/// Indexed by RateLimit::Unit; the words of both backends.
inline constexpr std::array<std::string_view, 4> kUnitWords = {"second", "minute", "hour", "day"};
inline constexpr std::array<std::uint32_t, 4> kUnitSeconds = {1, 60, 3600, 86400};

[[nodiscard]] inline std::string rate_text(const RateLimit& limit) {
    return std::to_string(limit.rate) + '/' +
           std::string(kUnitWords[static_cast<std::size_t>(limit.per)]);
}

[[nodiscard]] inline std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

[[nodiscard]] inline std::string join(const std::vector<std::string>& parts,
                                      std::string_view separator) {
    std::string text;
    for (const auto& part : parts) {
        if (!text.empty()) text += separator;
        text += part;
    }
    return text;
}

}  // namespace nflogd::rules
