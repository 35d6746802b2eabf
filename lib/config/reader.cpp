// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nflogd::config {
namespace {

/// Indexed by TreeNode::Kind.
constexpr std::string_view kKinds[] = {"empty", "a single value", "a list", "a mapping of keys"};

std::string_view kind_of(const TreeNode& node) {
    return kKinds[static_cast<std::size_t>(node.kind)];
}

}  // namespace

void Reader::report(Location where, std::string message) {
    problems_.push_back({std::move(where), std::move(message)});
}

void Reader::fail(const TreeNode& node, std::string_view message) {
    report(at(node), key_.empty() ? std::string(message) : fmt::format("{}: {}", key_, message));
}

const std::string* Reader::scalar(const TreeNode& node) {
    if (node.kind == TreeNode::Kind::scalar) return &node.text;
    fail(node, fmt::format("must be a single value, is {}", kind_of(node)));
    return nullptr;
}

const std::string* Reader::word(const TreeNode& node, std::string_view what,
                                std::span<const std::string_view> known) {
    const std::string* text = scalar(node);
    if (text == nullptr) return nullptr;
    if (std::find(known.begin(), known.end(), *text) != known.end()) return text;
    report(at(node), unknown_of_few(what, *text, known));
    return nullptr;
}

bool Reader::is_mapping(const TreeNode& node) {
    if (node.kind == TreeNode::Kind::mapping || node.kind == TreeNode::Kind::null) return true;
    fail(node, fmt::format("must be a mapping of keys, is {}", kind_of(node)));
    return false;
}

bool Reader::is_sequence(const TreeNode& node) {
    if (node.kind == TreeNode::Kind::sequence || node.kind == TreeNode::Kind::null) return true;
    fail(node, fmt::format("must be a list (lines that begin with \"- \"), is {}", kind_of(node)));
    return false;
}

bool Reader::is_list_of_values(const TreeNode& node) {
    if (node.kind == TreeNode::Kind::sequence && !node.items.empty()) return true;
    const bool empty = node.kind == TreeNode::Kind::sequence || node.kind == TreeNode::Kind::null;
    fail(node, empty ? "is empty: give a value, or leave the key out"
                     : "must be a value or a list of values, is a mapping of keys");
    return false;
}

bool Reader::is_entry(const TreeNode& node, std::size_t number) {
    if (node.kind == TreeNode::Kind::mapping) return true;
    fail(node, fmt::format("entry {} must be a mapping of keys, is {}", number, kind_of(node)));
    return false;
}

void Reader::missing(const TreeNode& node, std::string_view key) {
    report(at(node), fmt::format("required key '{}' is missing", key));
}

}  // namespace nflogd::config
