// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the format json writes is read back, and written again as the same line.
#include "decode/json_record.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "../format/records.hpp"
#include "allocations.hpp"
#include "catch.hpp"
#include "core/fields.hpp"
#include "core/names.hpp"
#include "decode/decode.hpp"
#include "padded_line.hpp"
#include "record_of.hpp"

using namespace nflogd;
using namespace nflogd::decode;

namespace {

/// Reads into memory that says nothing of its own, and writes the same again.
class Mirror {
public:
    std::string operator()(const std::string& line, std::uint8_t fill = 0xff) {
        Record record;
        std::memset(static_cast<void*>(&record), fill, sizeof record);
        const PaddedLine padded(line);
        switch (reader_.read(padded.line(), record)) {
            case JsonLine::packet: return fakes::format_packet(*formatter(), record);
            case JsonLine::ledger:
            case JsonLine::lifecycle: {
                std::string out;
                formatter()->event(reader_.event(), out);
                return out;
            }
            default: return "nothing";
        }
    }

private:
    std::unique_ptr<format::Formatter> formatter() {
        return format::make_json({reader_.host(), &labels_, false});
    }

    Labels labels_;
    JsonReader reader_{labels_};
};

std::uint64_t bit(HeaderField field) { return std::uint64_t{1} << static_cast<unsigned>(field); }
std::uint64_t bit(Field field) { return std::uint64_t{1} << static_cast<unsigned>(field); }

/// As a decoder makes them: only protocols with a name have `proto`.
void name_protocols(Record& record) {
    for (Headers* headers : {&record.packet, &record.inner}) {
        if (protocol_name(headers->proto_number).empty()) {
            headers->present &= ~bit(HeaderField::proto);
        }
    }
}

}  // namespace

TEST_CASE("every fixture of the format is read and written again as it was") {
    Mirror mirror;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(NFLOGD_FIXTURES "/format")) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file(entry.path());
        const std::string line{std::istreambuf_iterator<char>(file), {}};
        CAPTURE(entry.path());
        CHECK(mirror(line) == line);
        ++count;
    }
    CHECK(count >= 14);
}

TEST_CASE("every recorded datagram's records are read and written again as they were") {
    Mirror mirror;
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    std::size_t count = 0;
    for (const auto& name : fixture_names()) {
        const Buffer datagram = fixture(name);
        DatagramReader reader(datagram, kReceived);
        for (Record record; reader.next(record); ++count) {
            const std::string line = fakes::format_packet(*json, record);
            CAPTURE(name);
            CHECK(mirror(line) == line);
        }
    }
    CHECK(count >= 50);
}

TEST_CASE("random records, whatever bytes are in their texts, are written again as they were") {
    std::mt19937 random(2026);
    Mirror mirror;
    const auto json = format::make_json({"h\"\\\n\xff", &fakes::example_labels(), false});
    for (int i = 0; i < 3000; ++i) {
        Record record = fakes::random_record(random);
        name_protocols(record);
        const std::string line = fakes::format_packet(*json, record);
        REQUIRE(mirror(line) == line);
    }
    const std::string longest = fakes::format_packet(*json, fakes::longest_record());
    CHECK(mirror(longest) == longest);
}

TEST_CASE("texts that only together are a character stay apart") {
    Mirror mirror;
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    for (const std::string_view prefix :
         {"\xc3\xc2\x80", "\xc3", "\xe2\x80", "\xe2\xc2\x80z", "\xf0\x9f\x98", "\xc3\xa4",
          "\xe2\x80\xae", "a\tb\"c\\d", "\xed\xa0\x80"}) {
        Record record;
        record.timestamp_ns = 0;
        record.present = bit(Field::timestamp) | bit(Field::prefix);
        prefix.copy(record.prefix.data(), prefix.size());
        record.prefix_length = static_cast<std::uint8_t>(prefix.size());
        const std::string line = fakes::format_packet(*json, record);
        CHECK(mirror(line) == line);
    }
}

TEST_CASE("only what is wanted is read") {
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    std::mt19937 random(7);
    Labels labels;
    for (int i = 0; i < 300; ++i) {
        const FieldSelection wanted{random(), random(), i % 2 == 0 ? 0 : random()};
        Record record = fakes::random_record(random);
        name_protocols(record);
        const PaddedLine line(fakes::format_packet(*json, record));
        JsonReader reader(labels, wanted);
        Record few;
        REQUIRE(reader.read(line.line(), few) == JsonLine::packet);
        CHECK(few.present == (record.present & wanted.envelope));
        CHECK(few.packet.present == (record.packet.present & wanted.packet));
        const bool quotes = record.quotes && record.inner.present != 0 && wanted.inner != 0;
        CHECK(few.quotes == quotes);
        if (quotes) CHECK(few.inner.present == (record.inner.present & wanted.inner));
    }
}

TEST_CASE("a rule has the same number whenever it is read") {
    Labels labels;
    const auto known = labels.add("input-new", "log");
    JsonReader reader(labels);
    Record record;
    for (const char* line : {R"({"event":"packet","rule":"input-new","action":"log"})",
                             R"({"action":"log","event":"packet","rule":"input-new"})"}) {
        REQUIRE(reader.read(PaddedLine(line).line(), record) == JsonLine::packet);
        CHECK(record.has(Field::rule));
        CHECK(record.has(Field::action));
        CHECK(record.rule == known);
    }
}

TEST_CASE("once labels are full, further rules have no name") {
    Labels labels;
    JsonReader reader(labels);
    Record record;
    for (std::size_t i = 0; i <= Labels::kMaxRules; ++i) {
        const PaddedLine line(R"({"event":"packet","seq":1,"rule":"r)" + std::to_string(i) + "\"}");
        REQUIRE(reader.read(line.line(), record) == JsonLine::packet);
        REQUIRE(record.has(Field::rule) == (i < Labels::kMaxRules));
        REQUIRE(record.has(Field::seq));
    }
}

TEST_CASE("events come back as they were") {
    Mirror mirror;
    for (
        const std::string line : {
            R"({"timestamp":"2026-11-23T10:03:54.123456Z","event":"ledger","host":"gw1",)"
            R"("rules":[{"rule":"web \"x\"","matched":120,"suppressed":10,"logged":107,"lost_kernel":3},)"
            R"({"rule":"theirs","logged":5}],"groups":[{"group":100,"received":112,"lost_kernel":2}],)"
            R"("outputs":[{"output":"main","written":100,"filtered":9,"dropped":5,"failed":6,"queued":1},)"
            R"({"output":"siem","written":1,"filtered":0,"dropped":0,"failed":0,"queued":0,"spooled":40}],)"
            R"("decode":{"malformed":1,"truncated":2},)"
            R"("netlink":{"overruns":3,"socket_drops":4,"cut_datagrams":5},"final":true})",
            R"({"timestamp":"1970-01-01T00:00:00.000000Z","event":"lifecycle","host":"gw\"1",)"
            R"("change":"output_suspended","output":"a\"}\u000a","reason":"fu\u00ffll"})",
        }) {
        CHECK(mirror(line) == line + "\n");
    }
}

TEST_CASE("what a reader missed is told, and other objects are something else") {
    Labels labels;
    JsonReader reader(labels);
    Record record;
    CHECK(reader.read(PaddedLine(R"({"event":"missed","packets":17})").line(), record) ==
          JsonLine::missed);
    CHECK(reader.missed() == 17);
    CHECK(reader.read(PaddedLine(R"({"tail":"started"})").line(), record) == JsonLine::other);
    CHECK(reader.read(PaddedLine(R"({"event":"flow","src_ip":"192.0.2.1"})").line(), record) ==
          JsonLine::other);
}

TEST_CASE("reading allocates nothing for rules that it knows") {
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    std::vector<PaddedLine> lines;
    for (const auto& [name, record] : fakes::example_records()) {
        lines.emplace_back(fakes::format_packet(*json, record));
    }
    Labels labels;
    JsonReader reader(labels);
    Record record;
    const auto read_all = [&] {
        std::size_t packets = 0;
        for (const PaddedLine& line : lines) {
            packets += reader.read(line.line(), record) == JsonLine::packet ? 1U : 0U;
        }
        return packets;
    };
    REQUIRE(read_all() == lines.size());
    const auto before = allocations();
    for (int i = 0; i < 1000; ++i) read_all();
    CHECK(allocations() == before);
}
