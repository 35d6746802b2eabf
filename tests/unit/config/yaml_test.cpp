// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/yaml.hpp"

#include <string>

#include "catch.hpp"

using namespace nflogd::config;

namespace {

std::string list_of(std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text += "a,\n";
    return text + "]";
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("the tree has kinds, texts and places") {
    const Document document = parse_yaml("a: 1\nb:\n  - x: \"q\"\n  - ~\n");
    REQUIRE(document.root);
    REQUIRE(document.problems.empty());
    REQUIRE(document.root->kind == TreeNode::Kind::mapping);
    CHECK(document.root->find("a")->text == "1");
    CHECK(document.root->find("c") == nullptr);
    const TreeNode& list = *document.root->find("b");
    REQUIRE(list.items.size() == 2);
    CHECK(list.items[1].kind == TreeNode::Kind::null);
    const TreeNode& quoted = *list.items[0].find("x");
    CHECK(quoted.text == "q");
    CHECK(quoted.line == 3);
    CHECK(quoted.column == 8);
}

TEST_CASE("a value that is not there has the place of its key or list") {
    const Document document = parse_yaml("a:\n\nb:\n  - x\n  -\nc: 1\n");
    REQUIRE(document.root);
    CHECK(document.root->find("a")->line == 1);
    CHECK(document.root->find("b")->items[1].line == 4);
}

TEST_CASE("an empty text is an empty document") {
    const Document document = parse_yaml("# nothing\n");
    REQUIRE(document.root);
    CHECK(document.root->kind == TreeNode::Kind::null);
    CHECK(document.problems.empty());
}

TEST_CASE("an alias is what it stands for") {
    const Document document = parse_yaml("a: &x [1, 2]\nb: *x\n");
    REQUIRE(document.root);
    CHECK(document.root->find("b")->items.size() == 2);
}

TEST_CASE("nodes are bounded") {
    CHECK(parse_yaml(list_of(kMaxNodes - 1)).root);
    const Document over = parse_yaml(list_of(kMaxNodes));
    CHECK_FALSE(over.root);
    REQUIRE(over.problems.size() == 1);
    CHECK(over.problems[0].message == "more than 100000 values");
}

TEST_CASE("depth is bounded, through aliases, too") {
    CHECK(parse_yaml(nested(kMaxDepth)).root);
    CHECK_FALSE(parse_yaml(nested(kMaxDepth + 1)).root);
    const std::string inner = "a: &a " + nested(kMaxDepth - 2) + "\nb: ";
    CHECK(parse_yaml(inner + "[*a]").root);
    CHECK_FALSE(parse_yaml(inner + "[[*a]]").root);
}

TEST_CASE("what yaml-cpp says of half a character is whole text") {
    const Document document = parse_yaml("a: \"\\\xc3\xa9\"\n");
    REQUIRE(document.problems.size() == 1);
    CHECK(document.problems[0].message == "unknown escape character: \\xc3");
}
