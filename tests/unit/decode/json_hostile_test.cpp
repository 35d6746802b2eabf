// SPDX-License-Identifier: GPL-2.0-or-later
//
// Lines that nobody of ours wrote.
#include <string>

#include "../format/records.hpp"
#include "catch.hpp"
#include "decode/json_record.hpp"
#include "padded_line.hpp"

using namespace nflogd;
using namespace nflogd::decode;

namespace {

JsonLine read(std::string_view text, Record& record) {
    static Labels labels;
    static JsonReader reader(labels);
    return reader.read(PaddedLine(text).line(), record);
}

JsonLine read(std::string_view text) {
    Record record;
    return read(text, record);
}

std::string packet(std::string_view members) {
    return R"({"event":"packet",)" + std::string(members) + "}";
}

std::string nested(std::string_view open, std::string_view close, std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

}  // namespace

TEST_CASE("what is no JSON object is malformed") {
    for (const std::string_view text :
         {"", " ", "{", "}", "nonsense", "[]", "[{}]", "\"text\"", "17", "null", "{\"event\"}",
          "{\"event\":}", "{\"event\":\"packet\"", "{\"event\":\"packet\",}",
          "{\"event\" \"packet\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}", "\xef\xbb\xbf"}) {
        CAPTURE(text);
        CHECK(read(text) == JsonLine::malformed);
    }
}

TEST_CASE("a line that is cut anywhere is malformed") {
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    for (const auto& [name, record] : fakes::example_records()) {
        const std::string line = fakes::format_packet(*json, record);
        for (std::size_t size = 0; size + 2 < line.size(); ++size) {
            CAPTURE(name, size);
            REQUIRE(read(line.substr(0, size)) == JsonLine::malformed);
        }
    }
}

TEST_CASE("a value that is not what its field has is malformed") {
    for (const std::string_view members :
         {R"("seq":"12")",
          R"("seq":-1)",
          R"("seq":1.5)",
          R"("seq":1e3)",
          R"("seq":4294967296)",
          R"("seq":99999999999999999999999999)",
          R"("seq":null)",
          R"("seq":[1])",
          R"("seq":{})",
          R"("group":65536)",
          R"("ttl":256)",
          R"("df":1)",
          R"("df":"true")",
          R"("df":truex)",
          R"("src_ip":"192.0.2.256")",
          R"("src_ip":"192.0.2")",
          R"("src_ip":"192.0.2.1.1")",
          R"("src_ip":"1922.0.2.1")",
          R"("src_ip":"")",
          R"("src_ip":":")",
          R"("src_ip":7)",
          R"("src_ip":"2001:db8::1","dest_ip":"192.0.2.1")",
          R"("ip_version":4,"src_ip":"::1")",
          R"("src_ip":"::1","ip_version":4)",
          R"("ip_version":0)",
          R"("src_ip":"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111")",
          R"("src_mac":"02:00:5e:10:00")",
          R"("src_mac":"02-00-5e-10-00-01")",
          R"("src_mac":"0x:00:5e:10:00:01")",
          R"("ether_type":"0800")",
          R"("ether_type":"0x08zz")",
          R"("tcp_flags":"SYN")",
          R"("tcp_flags":[1])",
          R"("tcp_flags":["SYN")",
          R"("inner":7)",
          R"("proto":"tcp","proto_number":17)",
          R"("proto_number":17,"proto":"tcp")",
          R"("rule":7)",
          R"("prefix":null)",
          R"("hook":[])",
          R"("timestamp":"yesterday")",
          R"("timestamp":"2026-13-01T00:00:00Z")",
          R"("timestamp":"2026-02-30T00:00:00Z")",
          R"("timestamp":"2026-01-01T24:00:00Z")",
          R"("timestamp":"2026-01-01T00:00:00")",
          R"("timestamp":"2026-01-01T00:00:00.Z")",
          R"("timestamp":"2026-01-01T00:00:00+01:00")",
          R"("timestamp":"2600-01-01T00:00:00Z")",
          R"("timestamp":"1969-01-01T00:00:00Z")",
          R"("event":7)",
          R"("inner":{"ttl":"x"})"}) {
        CAPTURE(members);
        CHECK(read(packet(members)) == JsonLine::malformed);
    }
}

TEST_CASE("words that we do not know are left out") {
    Record record;
    REQUIRE(
        read(packet(
                 R"("hook":"sidewards","proto":"quic2","proto_number":200,"malformed":"new",)"
                 R"("tcp_flags":["SYN","NEW"],"colour":{"a":[1,{"b":2}]},"a_name_that_is_long":1)"),
             record) == JsonLine::packet);
    CHECK_FALSE(record.has(Field::hook));
    CHECK_FALSE(record.has(Field::malformed));
    CHECK_FALSE(record.packet.has(HeaderField::proto));
    CHECK(record.packet.proto_number == 200);
    CHECK(record.packet.tcp_flags == kTcpSyn);
}

TEST_CASE("another writer's white space and order are no matter") {
    Record record;
    REQUIRE(read("  {\t\"seq\" : 12 , \"df\" : true , \"src_ip\" : \"192.0.2.1\" , "
                 "\"event\" : \"packet\" }  ",
                 record) == JsonLine::packet);
    CHECK(record.seq == 12);
    CHECK(record.packet.df);
    CHECK(record.packet.ip_version == 4);
}

TEST_CASE("depth, length and bytes of a line do no harm") {
    CHECK(read(packet("\"x\":" + nested("[", "]", 100'000))) == JsonLine::packet);
    CHECK(read(packet("\"x\":" + nested("{\"inner\":", "1}", 5'000))) == JsonLine::packet);
    CHECK(read(nested("{\"inner\":", "}", 20'000)) != JsonLine::packet);
    CHECK(read(std::string(5U << 20U, '[')) == JsonLine::malformed);
    CHECK(read(std::string(1000, '\0')) == JsonLine::malformed);
    Record record;
    const std::string text(20 << 10, 'x');
    REQUIRE(read(packet("\"prefix\":\"" + text + "\",\"in_iface\":\"" + text + "\",\"rule\":\"" +
                        text + "\",\"seq\":3"),
                 record) == JsonLine::packet);
    CHECK(record.prefix_text() == text.substr(0, Record::kMaxPrefix));
    CHECK(std::string_view(record.in_iface.name.data(), 16) == text.substr(0, 16));
    CHECK(record.seq == 3);
}

TEST_CASE("escapes that are none stand for themselves") {
    Record record;
    REQUIRE(read(packet(R"("prefix":"a\u12\ud83d\ude00\ud83dz\u00e4\/\b")"), record) ==
            JsonLine::packet);
    CHECK(record.prefix_text() == "a\\u12\xf0\x9f\x98\x80\xed\xa0\xbdz\xe4/\b");
}

TEST_CASE("an event with a wrong value is malformed") {
    for (const std::string_view text :
         {R"({"event":"ledger","rules":7})", R"({"event":"ledger","rules":[7]})",
          R"({"event":"ledger","rules":[{"rule":7}]})", R"({"event":"ledger","timestamp":7})",
          R"({"event":"ledger","groups":[{"group":65536}]})",
          R"({"event":"ledger","decode":{"malformed":-1}})", R"({"event":"ledger","netlink":[]})",
          R"({"event":"ledger","outputs":[{"output":"a")", R"({"event":"lifecycle","change":1})"}) {
        CAPTURE(text);
        CHECK(read(text) == JsonLine::malformed);
    }
    CHECK(read(R"({"event":"ledger","new":[{}],"rules":[{"new":1}]})") == JsonLine::ledger);
    CHECK(read(R"({"event":"lifecycle","n":1,"o":{},"group":"staff"})") == JsonLine::lifecycle);
}
