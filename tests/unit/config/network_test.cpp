// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/network.hpp"

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::config;

TEST_CASE("addresses and prefixes come out canonical") {
    const auto text = [](std::string_view in) { return parse_address(in)->text; };
    CHECK(text("192.0.2.1") == "192.0.2.1");
    CHECK(text("192.0.2.1/32") == "192.0.2.1");
    CHECK(text("10.0.0.0/8") == "10.0.0.0/8");
    CHECK(text("0.0.0.0/0") == "0.0.0.0/0");
    CHECK(text("2001:DB8:0:0::1") == "2001:db8::1");
    CHECK(text("2001:db8::/32") == "2001:db8::/32");
    CHECK(text("::1/128") == "::1");
    CHECK(text("::/0") == "::/0");
    CHECK(text("fe80::/10") == "fe80::/10");
    CHECK(parse_address("192.0.2.1")->ip_version == 4);
    CHECK(parse_address("::ffff:192.0.2.1")->ip_version == 6);
}

TEST_CASE("bits behind the prefix are refused with the network that was meant") {
    CHECK(parse_address("192.0.2.77/25").error().message ==
          "'192.0.2.77/25' has bits set behind its prefix; the network is 192.0.2.0/25");
    CHECK(parse_address("2001:db8::1/33").error().message ==
          "'2001:db8::1/33' has bits set behind its prefix; the network is 2001:db8::/33");
    CHECK(parse_address("128.0.0.0/0").error().message ==
          "'128.0.0.0/0' has bits set behind its prefix; the network is 0.0.0.0/0");
}

TEST_CASE("what is no address is refused") {
    for (const std::string_view bad :
         {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8/8",
          "1.2.3", "1.2.3.256", "01.2.3.4", "::1%lo", "::/129", "example.org", "10.0.0.1-10.0.0.2",
          " 10.0.0.1", "[::1]", ":::"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_address(bad));
    }
    CHECK_FALSE(parse_address(std::string_view("10.0.0.1\0x", 10)));
}

TEST_CASE("ports and ranges") {
    const auto is = [](std::string_view text, unsigned first, unsigned last) {
        const auto range = parse_port_range(text);
        return range.ok() && range->first == first && range->last == last;
    };
    CHECK(is("80", 80, 80));
    CHECK(is("0", 0, 0));
    CHECK(is("65535", 65535, 65535));
    CHECK(is("1000-2000", 1000, 2000));
    CHECK(is("7-7", 7, 7));
    for (const char* bad : {"", "-", "-80", "80-", "65536", "1-65536", "90-80", "80:90", "80 - 90",
                            "1-2-3", "http", "0x50"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_port_range(bad));
    }
}

TEST_CASE("interface names") {
    for (const char* good : {"eth0", "ppp*", "br-lan.10", "a", "abcdefghijklmno", "wg+", "\u00e9th",
                             "abcdefghijklmn*"}) {
        CAPTURE(good);
        CHECK(*parse_interface(good) == good);
    }
    for (const char* bad : {"", "*", ".", "..", "a b", "a/b", "a:b", "a\"", "a\\", "a$", "a*b",
                            "**", "a\n", "abcdefghijklmnop", "abcdefghijklmno*", "\u0085"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_interface(bad));
    }
}

TEST_CASE("protocols by name, alias and number") {
    CHECK(*parse_protocol("tcp") == 6);
    CHECK(*parse_protocol("icmpv6") == 58);
    CHECK(*parse_protocol("icmp6") == 58);
    CHECK(*parse_protocol("ipv6-icmp") == 58);
    CHECK(*parse_protocol("0") == 0);
    CHECK(*parse_protocol("255") == 255);
    for (const char* bad : {"", "256", "-1", "TCP", "quic", "06"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_protocol(bad));
    }
    CHECK(parse_protocol("tpc").error().message == "unknown protocol 'tpc' (did you mean 'tcp'?)");
}
