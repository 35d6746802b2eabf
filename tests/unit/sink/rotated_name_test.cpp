// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/rotated_name.hpp"

#include "catch.hpp"

using namespace nflogd::sink;

TEST_CASE("a rotated file is named by the time in UTC") {
    const RotationId id = rotation_at(1795428234);
    REQUIRE(rotated_name("nflogd.json", id, Form::plain) == "nflogd.json.20261123-100354");
    REQUIRE(rotated_name("x", {id.stamp, 7}, Form::compressed) == "x.20261123-100354.7.zst");
    REQUIRE(rotated_name("x", id, Form::unfinished) == "x.20261123-100354.zst.tmp");
    REQUIRE(rotation_at(0).stamp == "19700101-000000");
}

TEST_CASE("what is made is recognised") {
    for (const std::uint32_t number : {0U, 1U, 10U, 999'999'999U}) {
        for (const Form form : {Form::plain, Form::compressed, Form::unfinished}) {
            const RotationId id{"20261123-100354", number};
            const auto parsed = parse_rotated("a.log", rotated_name("a.log", id, form));
            REQUIRE(parsed);
            REQUIRE(parsed->id == id);
            REQUIRE(parsed->form == form);
        }
    }
}

TEST_CASE("names of others are not ours") {
    for (const char* name : {"a.log",
                             "a.log.1",
                             "a.log.2.gz",
                             "a.log.20261123",
                             "a.log-20261123-100354",
                             "a.log.20261123-100354.gz",
                             "a.log.20261123-100354.",
                             "a.log.20261123-100354.0",
                             "a.log.20261123-100354.01",
                             "a.log.20261123-100354.-1",
                             "a.log.20261123-100354.1x",
                             "a.log.20261123-100354.1.2",
                             "a.log.20261123-100354.9999999999",
                             "a.log.20261123-100354.zst.bak",
                             "a.log.20261123-100354.tmp",
                             "a.log.20261123_100354",
                             "a.log.2026112a-100354",
                             "a.log.20261123-1003541",
                             "b.log.20261123-100354",
                             "xa.log.20261123-100354",
                             "a.log.zst",
                             "a.log.zst.tmp",
                             ""}) {
        INFO(name);
        REQUIRE_FALSE(parse_rotated("a.log", name));
    }
}

TEST_CASE("ids sort by time, then by number") {
    REQUIRE(RotationId{"20261123-100354", 9} < RotationId{"20261123-100354", 10});
    REQUIRE(RotationId{"20261123-100354", 10} < RotationId{"20261123-100355", 0});
}
