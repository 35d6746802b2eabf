// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/journald.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "catch.hpp"
#include "records.hpp"
#include "siem.hpp"

using namespace nflogd;
using Entry = std::map<std::string, std::string>;

namespace {

std::unique_ptr<format::Formatter> make(const SyslogSeverities& severity = {}) {
    TextOptions text;
    text.line_time = false;
    JournaldOptions options;
    options.severity = severity;
    return format::make_journald(
        format::make_line({"gw1", &fakes::example_labels(), false, {}, text}), options,
        fakes::example_labels());
}

/// Reads an entry as journald does: FIELD=value, or FIELD, 64 bits of length, bytes.
Entry parse(std::string_view text) {
    Entry entry;
    while (!text.empty()) {
        const std::size_t end = text.find_first_of("=\n");
        REQUIRE(end != std::string_view::npos);
        const std::string name(text.substr(0, end));
        const bool binary = text[end] == '\n';
        text.remove_prefix(end + 1);
        std::size_t length = text.find('\n');
        if (binary) {
            REQUIRE(text.size() > 8);
            length = 0;
            for (std::size_t i = 8; i-- > 0;) {
                length = length << 8U | static_cast<unsigned char>(text[i]);
            }
            text.remove_prefix(8);
        }
        REQUIRE(length < text.size());
        REQUIRE(text[length] == '\n');
        REQUIRE(entry.emplace(name, text.substr(0, length)).second);
        text.remove_prefix(length + 1);
    }
    return entry;
}

bool is_field_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 && name[0] != '_' &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_';
           });
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

/// What the record is in JSON, as fields of the journal; of texts only their names.
Entry fields_of(const nlohmann::json& object, const std::string& prefix = "NFLOG_") {
    Entry fields;
    for (const auto& [name, value] : object.items()) {
        if (name == "event" || name == "host") continue;
        std::string& field = fields[prefix + upper(name)];
        if (name == "inner") {
            fields.erase(prefix + upper(name));
            fields.merge(fields_of(value, "NFLOG_INNER_"));
        } else if (value.is_array()) {
            for (const auto& flag : value) {
                field += (field.empty() ? "" : " ") + flag.get<std::string>();
            }
        } else {
            field = value.is_string() ? "" : value.dump();
        }
    }
    return fields;
}

Entry packet(format::Formatter& formatter, const Record& record) {
    return parse(fakes::format_packet(formatter, record));
}

}  // namespace

TEST_CASE("an entry has the fields of the record, and no other") {
    const auto journald = make();
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    std::mt19937 random(5);
    for (int i = 0; i < 1000; ++i) {
        const Record record = fakes::random_record(random);
        const auto object = nlohmann::json::parse(fakes::format_packet(*json, record));
        const Entry entry = packet(*journald, record);
        std::size_t own = 0;
        for (const auto& [name, value] : fields_of(object)) {
            CAPTURE(name);
            REQUIRE(entry.count(name) == 1);
            if (!value.empty()) REQUIRE(entry.at(name) == value);
        }
        for (const auto& [name, value] : entry) {
            REQUIRE(is_field_name(name));
            if (name.starts_with("NFLOG_")) ++own;
        }
        REQUIRE(own == fields_of(object).size());
        REQUIRE(entry.size() == own + 4);  // MESSAGE, its id, PRIORITY, SYSLOG_IDENTIFIER
    }
}

TEST_CASE("a prefix of any bytes makes no field and loses none") {
    Record record;
    record.clear();
    const std::string prefix = "x\nMESSAGE=forged\nPRIORITY=0\n\xff";
    std::copy(prefix.begin(), prefix.end(), record.prefix.begin());
    record.prefix_length = static_cast<std::uint8_t>(prefix.size());
    record.set(Field::prefix);
    const Entry entry = packet(*make(), record);
    REQUIRE(entry.at("NFLOG_PREFIX") == prefix);
    REQUIRE(entry.at("PRIORITY") == "6");
    REQUIRE(entry.size() == 5);
}

TEST_CASE("the priority follows the action and the kind of event") {
    const auto journald = make({7, 6, 1, 2, 3, 0});
    for (const auto& [rule, priority] : {std::pair{0, "1"}, {1, "6"}}) {
        Record record;
        record.clear();
        record.rule = static_cast<std::uint16_t>(rule);
        record.set(Field::rule);
        record.set(Field::action);
        REQUIRE(packet(*journald, record).at("PRIORITY") == priority);
    }
    std::string text;
    journald->event(Ledger{}, text);
    REQUIRE(parse(text).at("PRIORITY") == "3");
}

TEST_CASE("events carry their JSON") {
    const auto journald = make();
    for (const Event& event : fakes::example_events()) {
        std::string text;
        journald->event(event, text);
        const Entry entry = parse(text);
        const auto json = nlohmann::json::parse(entry.at("NFLOG_JSON"));
        REQUIRE(json.at("event") == entry.at("NFLOG_EVENT"));
        REQUIRE_FALSE(entry.at("MESSAGE").empty());
        REQUIRE(entry.at("MESSAGE_ID").size() == 32);
    }
}

TEST_CASE("the longest entry has room") {
    const std::string text = fakes::format_packet(*make(), fakes::longest_record());
    REQUIRE(text.size() <= format::kMaxPacketText);
    REQUIRE(parse(text).size() > 60);
}
