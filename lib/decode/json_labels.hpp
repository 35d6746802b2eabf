// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The numbers in Labels of rules as lines of the format `json` tell them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/labels.hpp"

namespace nflogd::decode {

/// The texts of a label as they stand in a line, escaped; by LabelText.
using EscapedLabel = std::array<std::string_view, kLabelTexts>;

/// One thread. Adds a label to Labels when it sees it for the first time, for Labels
/// look through all they have.
class JsonLabels {
public:
    /// `labels` outlives it.
    explicit JsonLabels(Labels& labels) : labels_(labels) {}

    /// Nothing where Labels have no more room.
    std::optional<std::uint16_t> number(const EscapedLabel& escaped);

private:
    /// What a text can be longer than without becoming longer in Labels.
    static constexpr std::size_t kMaxEscaped = 6 * Labels::kMaxText;

    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    [[nodiscard]] std::optional<std::uint16_t> learn(const EscapedLabel& escaped);

    Labels& labels_;
    std::unordered_map<std::string, std::optional<std::uint16_t>, Hash, std::equal_to<>> known_;
    std::array<char, kLabelTexts*(kMaxEscaped + 1)> key_;
};

}  // namespace nflogd::decode
