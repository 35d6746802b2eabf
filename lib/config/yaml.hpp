// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The one door to yaml-cpp. Its exceptions end here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "config/text.hpp"

namespace nflogd::config {

/// Nodes in one document, those that aliases repeat counted each time: a
/// document of a few lines can otherwise stand for billions.
inline constexpr std::size_t kMaxNodes = 100'000;
/// Lists and mappings inside each other; a configuration needs 5.
inline constexpr std::size_t kMaxDepth = 16;

struct Document {
    std::optional<TreeNode> root;       ///< absent if the text is no YAML
    std::vector<TextProblem> problems;  ///< syntax, duplicate keys, what we refuse of YAML
};

/// `text` has passed check_text(). An empty text is a document of kind null.
Document parse_yaml(const std::string& text);

}  // namespace nflogd::config
