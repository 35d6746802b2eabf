// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace nflogd::config {
namespace {

using Kind = TreeNode::Kind;

/// Builds the tree from yaml-cpp's events. What makes the rest unreadable is
/// thrown as yaml-cpp's own exception and so takes the way of a syntax error.
// NOLINTBEGIN(readability-identifier-naming): the names are the base class's
class TreeBuilder : public YAML::EventHandler {
public:
    explicit TreeBuilder(Document& out) : out_(out) { out_.root.emplace(); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (std::exchange(started_, true)) {
            throw YAML::ParserException(
                mark, "text behind the end of the document, or a second document");
        }
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add(make(mark, Kind::null), mark, anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { repeat(mark, anchor); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_tag(mark, tag);
        TreeNode node = make(mark, Kind::scalar);
        node.text = value;
        add(std::move(node), mark, anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, Kind::sequence);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, Kind::mapping);
    }
    void OnMapEnd() override { close(); }
    // NOLINTEND(readability-identifier-naming)

private:
    /// A list or mapping that is not complete yet.
    struct Frame {
        TreeNode node;
        YAML::Mark mark;
        YAML::anchor_t anchor = 0;
        std::optional<TreeNode> key;                  ///< its value comes next
        std::unordered_map<std::string, int> places;  ///< key to its line
    };
    struct Anchored {
        TreeNode node;
        std::size_t nodes = 0;  ///< in it
    };

    void problem(int line, int column, std::string message) {
        out_.problems.push_back({line, column, std::move(message)});
    }

    void count(const YAML::Mark& mark, std::size_t nodes) {
        nodes_ += nodes;
        if (nodes_ > kMaxNodes) {
            throw YAML::ParserException(mark, fmt::format("more than {} values", kMaxNodes));
        }
    }

    TreeNode make(const YAML::Mark& mark, Kind kind) {
        count(mark, 1);
        TreeNode node;
        node.kind = kind;
        node.line = mark.line + 1;
        node.column = mark.column + 1;
        return node;
    }

    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        problem(mark.line + 1, mark.column + 1,
                "YAML tag " + quote(tag) + ": leave it out, keys know their types");
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
        check_tag(mark, tag);
        if (stack_.size() == kMaxDepth) {
            throw YAML::ParserException(mark,
                                        fmt::format("nested more than {} levels deep", kMaxDepth));
        }
        stack_.push_back({make(mark, kind), mark, anchor, {}, {}});
    }

    void close() {
        Frame done = std::move(stack_.back());
        stack_.pop_back();
        add(std::move(done.node), done.mark, done.anchor);
    }

    static std::size_t size_of(const TreeNode& node) {
        std::size_t size = 1 + node.keys.size();
        for (const TreeNode& item : node.items) size += size_of(item);
        return size;
    }

    /// A complete node goes where it belongs.
    void add(TreeNode node, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != 0) {
            const std::size_t size = size_of(node);
            count(mark, size);
            anchors_[anchor] = {node, size};
        }
        if (stack_.empty()) {
            out_.root = std::move(node);
        } else if (Frame& frame = stack_.back(); frame.node.kind == Kind::sequence) {
            place_null(node, frame.node);
            frame.node.items.push_back(std::move(node));
        } else if (!frame.key) {
            frame.key = std::move(node);
        } else {
            add_member(frame, std::move(node));
        }
    }

    /// yaml-cpp gives a value that is not there the place of whatever follows it.
    static void place_null(TreeNode& node, const TreeNode& owner) {
        if (node.kind != Kind::null) return;
        node.line = owner.line;
        node.column = owner.column;
    }

    void add_member(Frame& frame, TreeNode value) {
        TreeNode key = *std::exchange(frame.key, std::nullopt);
        if (key.kind != Kind::scalar) {
            return problem(key.line, key.column, "a key must be a word");
        }
        if (key.text == "<<") {
            return problem(key.line, key.column, "merge keys (<<) are not supported");
        }
        const auto [place, is_new] = frame.places.try_emplace(key.text, key.line);
        if (!is_new) {
            return problem(key.line, key.column,
                           fmt::format("duplicate key {}: the first is in line {}", quote(key.text),
                                       place->second));
        }
        place_null(value, key);
        frame.node.keys.push_back(std::move(key));
        frame.node.items.push_back(std::move(value));
    }

    void repeat(const YAML::Mark& mark, YAML::anchor_t anchor) {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            throw YAML::ParserException(mark, "an alias inside of what it stands for");
        }
        count(mark, found->second.nodes);
        if (stack_.size() + depth_of(found->second.node) > kMaxDepth) {
            throw YAML::ParserException(mark,
                                        fmt::format("nested more than {} levels deep", kMaxDepth));
        }
        add(found->second.node, mark, 0);
    }

    static std::size_t depth_of(const TreeNode& node) {
        if (node.kind != Kind::sequence && node.kind != Kind::mapping) return 0;
        std::size_t deepest = 0;
        for (const TreeNode& item : node.items) deepest = std::max(deepest, depth_of(item));
        return deepest + 1;
    }

    Document& out_;
    std::vector<Frame> stack_;
    std::unordered_map<YAML::anchor_t, Anchored> anchors_;
    std::size_t nodes_ = 0;
    bool started_ = false;
};

/// What yaml-cpp says of a tab does not lead to it.
bool is_indented_with_tab(const std::string& text, const YAML::Mark& mark) {
    if (mark.is_null()) return false;
    const auto at = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text.size());
    const std::size_t start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    const std::size_t indent = std::min(text.find_first_not_of(" \t", start), text.size());
    return text.substr(start, indent - start).find('\t') != std::string::npos;
}

}  // namespace

Document parse_yaml(const std::string& text) {
    Document out;
    TreeBuilder builder(out);
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        return out;
    } catch (const YAML::Exception& error) {
        std::string message = harmless(error.msg);  // quotes half a character
        if (is_indented_with_tab(text, error.mark))
            message += " (YAML indents with spaces, not tabs)";
        out.problems.push_back({error.mark.line + 1, error.mark.column + 1, message});
    } catch (const std::exception& error) {
        out.problems.push_back({0, 0, harmless(error.what())});
    }
    out.root.reset();
    return out;
}

}  // namespace nflogd::config
