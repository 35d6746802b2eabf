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

/// The rest of a file from a place on; empty if there is none.
std::string_view text_at(std::string_view content, int line, int column) {
    for (int i = 1; i < line; ++i) {
        const std::size_t end = content.find('\n');
        if (end == std::string_view::npos) return {};
        content.remove_prefix(end + 1);
    }
    const auto before = static_cast<std::size_t>(column - 1);
    return before < content.size() ? content.substr(before) : std::string_view();
}

}  // namespace

void Reader::report(Location where, std::string message) {
    problems_.push_back({std::move(where), std::move(message)});
}

void Reader::fail(const TreeNode& node, std::string_view message) {
    report(at(node), key_.empty() ? std::string(message) : fmt::format("{}: {}", key_, message));
}

std::optional<Location> Reader::inside(const TreeNode& node, std::size_t byte) const {
    const std::string_view written = text_at(content_, node.line, node.column);
    const bool quoted = written.starts_with('"') || written.starts_with('\'');
    const std::size_t start = quoted ? 1 : 0;
    const std::string_view before = std::string_view(node.text).substr(0, byte);
    if (before.find('\n') != std::string_view::npos) return std::nullopt;
    if (!written.substr(start).starts_with(before)) return std::nullopt;
    return Location{file_, node.line, node.column + static_cast<int>(start + byte)};
}

void Reader::checked(const TreeNode& node, std::string& out,
                     const std::function<std::optional<TextMistake>(std::string_view)>& check) {
    const std::string* text = scalar(node);
    if (text == nullptr) return;
    const auto mistake = check ? check(*text) : std::nullopt;
    if (!mistake) {
        out = *text;
    } else if (auto place = inside(node, mistake->column - 1)) {
        report(std::move(*place), fmt::format("{}: {}", key_, mistake->message));
    } else {
        fail(node, fmt::format("column {} of it: {}", mistake->column, mistake->message));
    }
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
