// SPDX-License-Identifier: GPL-2.0-or-later
//
// What an output can leave out of `json` or have in it besides, and how long the formats
// for SIEMs can become.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "core/fields.hpp"
#include "fakes/line_text.hpp"
#include "records.hpp"
#include "siem.hpp"

using namespace nflogd;
using nlohmann::json;

namespace {

json print(const Record& record, const TextOptions& text) {
    const auto formatter = format::make_json({"gw1", &fakes::example_labels(), false, {}, text});
    return json::parse(fakes::format_packet(*formatter, record));
}

template <typename Rows>
void erase(json& object, const Rows& rows, std::uint64_t selected) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool is_selected = (selected >> i & 1) != 0;
        if (!is_selected && rows[i].name != "timestamp") object.erase(std::string(rows[i].name));
    }
}

}  // namespace

TEST_CASE("a JSON line holds the selected fields, and the others as they were") {
    std::mt19937 random(4301);
    for (int i = 0; i < 500; ++i) {
        const Record record = fakes::random_record(random);
        TextOptions text;
        text.fields = {random(), std::uint64_t{random()} << 16 | random(), random()};
        json expected = print(record, {});
        erase(expected, kEnvelopeFields, text.fields.envelope);
        erase(expected, kHeaderFields, text.fields.packet);
        if (expected.contains("inner")) {
            erase(expected["inner"], kHeaderFields, text.fields.inner);
            if (expected["inner"].empty()) expected.erase("inner");
        }
        REQUIRE(print(record, text) == expected);
    }
}

TEST_CASE("a JSON line has the id of its flow if it is asked for") {
    const Record tcp = fakes::example_records()[0].record;
    REQUIRE_FALSE(print(tcp, {}).contains("community_id"));
    TextOptions text;
    text.community_id = true;
    const std::string id = print(tcp, text)["community_id"];
    REQUIRE(id == "1:QAZrjrYu3whcN/Vc7A7vBvcE9w8=");
    text.community_id_seed = 1;
    REQUIRE(print(tcp, text)["community_id"] != id);
    text.fields = {0, 0, 0};  // which it is no part of
    REQUIRE(print(tcp, text).contains("community_id"));
}

TEST_CASE("the longest record fits for SIEMs, too") {
    const auto labels = std::make_unique<Labels>();
    labels->add(fakes::hostile_text(500), fakes::hostile_text(500));
    format::FormatOptions options = fakes::siem_options();
    options.host = fakes::hostile_text(500);
    options.labels = labels.get();
    options.text.community_id = true;
    Record record = fakes::longest_record();
    record.packet.proto_number = 132;  // it has an id
    record.packet.src_ip.bytes[15] = 0xfe;
    record.inner.src_ip.bytes[15] = 0xfd;
    record.inner.dest_ip.bytes[15] = 0xfc;
    for (const auto make :
         {format::make_json, format::make_ecs, format::make_cef, format::make_ocsf}) {
        std::string out(2 * format::kMaxPacketText, '\0');
        out.resize(make(options)->packet(record, out));
        REQUIRE(out.size() < format::kMaxText);
        REQUIRE(fakes::fault_of_line(out) == nullptr);
        if (make != format::make_cef) REQUIRE(json::parse(out).is_object());
    }
}
