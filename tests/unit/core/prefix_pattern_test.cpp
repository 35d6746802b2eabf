// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/prefix_pattern.hpp"

#include "catch.hpp"

using namespace nflogd;

namespace {

std::string said(const std::string& pattern, const std::string& prefix) {
    const auto parsed = PrefixPattern::parse(pattern);
    if (!parsed) return parsed.error().message;
    const auto label = parsed->match(prefix);
    if (!label) return "-";
    std::string text;
    for (const std::string_view one : label->texts) text += std::string(one) + "|";
    return text;
}

}  // namespace

TEST_CASE("placeholders take what stands in their place") {
    // name, action, table, chain, handle, ruleset, rule, zone, comment
    CHECK(said("fw {chain} {action}", "fw in DROP") == "|drop||in||||||");
    CHECK(said("{zone}-{action}:", "wan-eth-REJECT:") == "|reject||||||wan-eth||");
    CHECK(said("[{ruleset}-{rule}-{action}]", "[WAN-IN-20-A]") == "|accept||||WAN-IN|20|||");
    CHECK(said("x{any}y", "xaby") == "|||||||||");
    CHECK(said("plain", "plain") == "|||||||||");
    CHECK(said("{table}:{chain}", "nat:out") == "||nat|out||||||");
}

TEST_CASE("a pattern is that of the whole prefix") {
    for (const char* prefix : {"", "fw ", "fw in", "fw in drop ", "xfw in drop", "fw  drop"}) {
        CAPTURE(prefix);
        CHECK(said("fw {chain} {action}", prefix) == "-");
    }
    CHECK(said("{chain}.", ".") == "-");
    CHECK(said("{action}.", "maybe.") == "-");
}

TEST_CASE("bad patterns are refused") {
    CHECK(said("{chain", "") == "'{' without its '}'");
    CHECK(said("chain}", "") == "'}' without its '{'");
    CHECK(said("{chan}", "") ==
          "unknown placeholder 'chan' (did you mean 'chain'? known: action, table, chain, ruleset, "
          "rule, zone, any)");
    CHECK(said("{chain}{zone}", "") == "two placeholders without a text between them");
    CHECK(said("{any}", "") == "'{any}' holds no text, so it would fit everything");
    CHECK(said("", "") == "'' holds no text, so it would fit everything");
}

TEST_CASE("a long prefix and a pattern that nearly fits everywhere take bounded time") {
    CHECK(said("{any}a{any}a{any}a{any}b", std::string(127, 'a')) == "-");
}
