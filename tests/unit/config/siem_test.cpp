// SPDX-License-Identifier: GPL-2.0-or-later
//
// What outputs say about the formats for SIEMs.
#include "catch.hpp"
#include "core/fields.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

Config good(std::string_view text) {
    const Loaded loaded = load_string(text);
    CAPTURE(lines(loaded.problems));
    REQUIRE(loaded.problems.empty());
    return loaded.config;
}

TextOptions text_of(const std::string& keys) {
    return good("outputs: [{name: a, type: stdout, " + keys + "}]").outputs[0].text;
}

template <typename... Fields>
std::uint64_t bits(Fields... fields) {
    return ((std::uint64_t{1} << static_cast<unsigned>(fields)) | ...);
}

}  // namespace

TEST_CASE("an output prints all fields unless it says which") {
    REQUIRE(text_of("format: json").fields == FieldSelection{});
    REQUIRE(text_of("fields: {}").fields == FieldSelection{});
}

TEST_CASE("fields that are included are masks") {
    const FieldSelection some =
        text_of("fields: {include: [timestamp, event, host, rule, mark, src_ip, tcp_flags]}")
            .fields;
    REQUIRE(some.envelope == bits(Field::timestamp, Field::rule, Field::mark));
    REQUIRE(some.packet == bits(HeaderField::src_ip, HeaderField::tcp_flags));
    REQUIRE(some.inner == 0);
    const FieldSelection quoted = text_of("format: ecs, fields: {include: [src_ip, inner]}").fields;
    REQUIRE(quoted.envelope == 0);
    REQUIRE(quoted.inner == bits(HeaderField::src_ip));
    REQUIRE(text_of("fields: {include: inner}").fields == FieldSelection{0, 0, 0});
}

TEST_CASE("fields that are excluded are masks") {
    const FieldSelection some = text_of("fields: {exclude: [prefix, ttl]}").fields;
    REQUIRE(some.envelope == ~bits(Field::prefix));
    REQUIRE(some.packet == ~bits(HeaderField::ttl));
    REQUIRE(some.inner == some.packet);
    const FieldSelection outer = text_of("fields: {exclude: inner}").fields;
    REQUIRE(outer == FieldSelection{~std::uint64_t{0}, ~std::uint64_t{0}, 0});
}

TEST_CASE("every field of the table can be named") {
    for (const FieldRow& row : kEnvelopeFields) {
        text_of("fields: {include: " + std::string(row.name) + "}");
    }
    for (const FieldRow& row : kHeaderFields) {
        text_of("fields: {exclude: " + std::string(row.name) + "}");
    }
}

TEST_CASE("ids of flows are as asked for") {
    REQUIRE_FALSE(text_of("format: ecs").community_id.has_value());
    REQUIRE(text_of("community_id: true").community_id == true);
    REQUIRE(text_of("format: cef, community_id: false").community_id == false);
    REQUIRE(text_of("format: ocsf, community_id_seed: 65535").community_id_seed == 65535);
    REQUIRE(text_of("format: cef, cef: {strict_ipv6: true}").strict_ipv6);
}

TEST_CASE("internal networks are told to every output") {
    const Config config = good(
        "internal_networks: [10.0.0.0/8, \"2001:db8::/33\", 192.0.2.7]\n"
        "outputs: [{name: a, type: stdout}, {name: b, type: stdout, format: ecs}]");
    REQUIRE(config.internal_networks.size() == 3);
    REQUIRE(config.internal_networks[0] == Network{4, 8, {10}});
    REQUIRE(config.internal_networks[1] == Network{6, 33, {0x20, 0x01, 0x0d, 0xb8}});
    REQUIRE(config.internal_networks[2] == Network{4, 32, {192, 0, 2, 7}});
    for (const OutputConfig& output : config.outputs) {
        REQUIRE(output.text.internal_networks == config.internal_networks);
    }
}

TEST_CASE("so many internal networks that packets would wait are refused") {
    std::string text = "internal_networks: [";
    for (int i = 0; i <= 256; ++i) {
        text += "10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24,";
    }
    const Loaded loaded = load_string(with_output(text + "]"));
    REQUIRE(lines(loaded.problems) == "t.yaml:1:20: internal_networks: more than 256 networks\n");
}
