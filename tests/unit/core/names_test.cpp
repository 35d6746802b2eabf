// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/names.hpp"

#include <set>

#include "catch.hpp"

using namespace nflogd;

TEST_CASE("protocol names go both ways, unknown numbers have none") {
    for (int number = 0; number < 256; ++number) {
        const auto name = protocol_name(static_cast<std::uint8_t>(number));
        if (!name.empty()) REQUIRE(protocol_number(name) == number);
    }
    REQUIRE(protocol_name(6) == "tcp");
    REQUIRE(protocol_name(58) == "icmpv6");
    REQUIRE(protocol_name(253).empty());
    REQUIRE_FALSE(protocol_number("TCP"));
}

TEST_CASE("hooks go both ways") {
    for (const auto hook : {Hook::prerouting, Hook::input, Hook::forward, Hook::output,
                            Hook::postrouting, Hook::ingress, Hook::egress}) {
        REQUIRE(hook_by_name(hook_name(hook)) == hook);
    }
    REQUIRE_FALSE(hook_by_name("Input"));
}

TEST_CASE("every malformed reason has a text of its own") {
    std::set<std::string_view> texts;
    for (int reason = 0; reason <= static_cast<int>(Malformed::arp_header); ++reason) {
        const auto text = malformed_text(static_cast<Malformed>(reason));
        REQUIRE_FALSE(text.empty());
        REQUIRE(texts.insert(text).second);
    }
}
