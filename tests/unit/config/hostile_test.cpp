// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Whatever the bytes are, loading ends with problems and not with the process.
#include <random>

#include "catch.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

/// Standard C++ fixes the numbers of this generator, so a run is like any other.
using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) { return random() % end; }

/// Good or refused, never refused without a word, never an empty message.
void survives(const std::string& text) {
    const Loaded loaded = load_string(text);
    for (const Problem& problem : loaded.problems) {
        if (problem.message.empty() || problem.where.line < 0 || problem.where.column < 0) {
            FAIL("a problem that says nothing: " << lines({problem}));
        }
        if (problem.message.find_first_of("\n\r\x1b") != std::string::npos) {
            FAIL("a message with control bytes");
        }
    }
    if (loaded.problems.empty() && loaded.config.outputs.empty())
        FAIL("nothing was read: " << text);
}

std::string mutated(std::string text, Random& random) {
    static constexpr std::string_view kBytes =
        "[]{}:,-?&*!|>'\"%@`#~ \n\t\r0a<=\\.\xc3\xa9\xff\x04";
    const std::size_t changes = 1 + below(random, 6);
    for (std::size_t i = 0; i < changes; ++i) {
        const std::size_t at = below(random, text.size());
        const char byte = kBytes[below(random, kBytes.size())];
        switch (below(random, 4)) {
            case 0: text[at] = byte; break;
            case 1: text.insert(at, 1 + below(random, 3), byte); break;
            case 2: text.erase(at, 1 + below(random, 8)); break;
            default: text.insert(at, text.substr(below(random, text.size()), 20)); break;
        }
        if (text.empty()) text = "a";
    }
    return text;
}

}  // namespace

TEST_CASE("a good file cut at any byte is no crash") {
    for (const char* name : {"good/every_key.yaml", "good/contract.yaml", "good/bom_crlf.yaml"}) {
        const std::string text = fixture(name);
        for (std::size_t size = 0; size <= text.size(); ++size) survives(text.substr(0, size));
    }
    SUCCEED();
}

TEST_CASE("good files with a few bytes changed are no crash") {
    Random random(1);
    const std::string texts[] = {fixture("good/every_key.yaml"), embedded_default(true),
                                 fixture("bad/yaml_features.yaml"), fixture("bad/many.yaml")};
    for (int i = 0; i < 6000; ++i) survives(mutated(texts[below(random, 4)], random));
    SUCCEED();
}

TEST_CASE("random bytes are no crash") {
    Random random(2);
    for (int i = 0; i < 2000; ++i) {
        std::string text(below(random, 200), ' ');
        for (char& byte : text) byte = static_cast<char>(random());
        survives(text);
    }
    SUCCEED();
}

TEST_CASE("random characters are no crash") {
    Random random(4);
    for (int i = 0; i < 5000; ++i) {
        std::string text(1 + below(random, 200), '\n');
        for (char& byte : text) {
            if (below(random, 12) != 0) byte = static_cast<char>(' ' + below(random, 95));
        }
        survives(text);
    }
    SUCCEED();
}

TEST_CASE("random YAML tokens are no crash") {
    static constexpr std::string_view kTokens[] = {
        "- ",      "? ",   ": ",  ", ",  "[",   "]",           "{",  "}", "\n",
        "\n  ",    "&a ",  "*a ", "!t ", "| ",  "> ",          "\"", "'", "host",
        "outputs", "name", "#x",  "---", "...", "%YAML 1.2\n", "<<", "~"};
    Random random(3);
    for (int i = 0; i < 10000; ++i) {
        std::string text;
        for (std::size_t count = below(random, 30); count > 0; --count) {
            text += kTokens[below(random, std::size(kTokens))];
        }
        survives(text);
    }
    SUCCEED();
}

TEST_CASE("large and twisted files come to an end") {
    for (const std::string_view piece : {"[", "{", "- ", "? ", "&a ", "*a ", "a: ", "\"", ",", "[,",
                                         "a: b\n", "- a\n", "\"a\" ", "a:\n ", "{a: ["}) {
        std::string text;
        while (text.size() < 100'000) text += piece;
        survives(text);
    }
    SUCCEED();
}
