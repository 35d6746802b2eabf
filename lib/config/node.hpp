// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A YAML document as a tree of our own: what yaml-cpp's events say, with the
/// place of every node. Aliases are already replaced by what they stand for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nflogd::config {

struct TreeNode {
    enum class Kind : std::uint8_t { null, scalar, sequence, mapping };

    Kind kind = Kind::null;
    int line = 0;  ///< from 1
    int column = 0;
    std::string text;             ///< of a scalar
    std::vector<TreeNode> keys;   ///< of a mapping: scalars, each once; keys[i] leads to items[i]
    std::vector<TreeNode> items;  ///< of a sequence, or the values of a mapping

    /// The value of that key in a mapping; null if it has none.
    [[nodiscard]] const TreeNode* find(std::string_view key) const {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i].text == key) return &items[i];
        }
        return nullptr;
    }
};

}  // namespace nflogd::config
