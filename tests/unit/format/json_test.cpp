// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every JSON line is parsed back and held against the record, field by field.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <random>

#include "catch.hpp"
#include "core/fields.hpp"
#include "core/names.hpp"
#include "records.hpp"

using namespace nflogd;
using nlohmann::json;

namespace {

template <typename T>
T member(const void* object, const FieldRow& row) {
    T value;
    std::memcpy(&value, static_cast<const char*>(object) + row.offset, sizeof value);
    return value;
}

std::uint64_t integer(const void* object, const FieldRow& row) {
    switch (row.size) {
        case 1: return member<std::uint8_t>(object, row);
        case 2: return member<std::uint16_t>(object, row);
        case 4: return member<std::uint32_t>(object, row);
        default: return member<std::uint64_t>(object, row);
    }
}

std::string mac_text(const MacAddress& m) {
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4],
                       m[5]);
}

bool same_address(const std::string& text, const IpAddress& address, std::uint8_t version) {
    std::array<std::uint8_t, 16> bytes{};
    if (::inet_pton(version == 4 ? AF_INET : AF_INET6, text.c_str(), bytes.data()) != 1) {
        return false;
    }
    return std::equal(bytes.begin(), bytes.begin() + (version == 4 ? 4 : 16),
                      address.bytes.begin());
}

bool same_flags(const json& value, std::uint16_t flags) {
    std::uint16_t found = 0;
    for (const auto& name : value) {
        for (const auto& flag : tcp_flag_names()) {
            if (flag.name == name.get<std::string>()) found = found | flag.bit;
        }
    }
    return found == (flags & 0x1ff) && value.is_array();
}

bool same_field(const json& value, const FieldRow& row, const void* object, std::uint8_t version) {
    if (const auto text = label_text(row.type)) {
        return value == fakes::example_labels().text(member<std::uint16_t>(object, row), *text);
    }
    switch (row.type) {
        case FieldType::integer: return value == integer(object, row);
        case FieldType::boolean: return value == member<bool>(object, row);
        case FieldType::mac: return value == mac_text(member<MacAddress>(object, row));
        case FieldType::ether_type:
            return value == fmt::format("0x{:04x}", member<std::uint16_t>(object, row));
        case FieldType::address:
            return same_address(value, member<IpAddress>(object, row), version);
        case FieldType::ipv4: {
            const auto a = member<Ipv4Address>(object, row);
            return value == fmt::format("{}.{}.{}.{}", a[0], a[1], a[2], a[3]);
        }
        case FieldType::protocol: return value == protocol_name(member<std::uint8_t>(object, row));
        case FieldType::tcp_flags: return same_flags(value, member<std::uint16_t>(object, row));
        case FieldType::hook: return value == hook_name(member<Hook>(object, row));
        case FieldType::malformed: return value == malformed_text(member<Malformed>(object, row));
        case FieldType::interface:
        case FieldType::prefix:
        case FieldType::timestamp: return value.is_string();
        default: return false;
    }
    return false;
}

template <typename Rows>
std::size_t check_rows(const json& object, const Rows& rows, std::uint64_t present,
                       const void* from, std::uint8_t version) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string name(rows[i].name);
        CAPTURE(name);
        const bool is_present = (present >> i & 1) != 0;
        REQUIRE(object.contains(name) == is_present);
        if (!is_present) continue;
        REQUIRE(same_field(object[name], rows[i], from, version));
        ++count;
    }
    return count;
}

void check(const std::string& line, const Record& record) {
    REQUIRE(line.back() == '\n');
    REQUIRE(fakes::is_printable(std::string_view(line).substr(0, line.size() - 1)));
    const json object = json::parse(line);  // also refuses what is no UTF-8
    std::size_t count = 2;                  // event, host
    REQUIRE(object["event"] == "packet");
    count += check_rows(object, kEnvelopeFields, record.present, &record, record.packet.ip_version);
    count += check_rows(object, kHeaderFields, record.packet.present, &record.packet,
                        record.packet.ip_version);
    const bool quotes = record.quotes && record.inner.present != 0;
    REQUIRE(object.contains("inner") == quotes);
    if (quotes) {
        ++count;
        REQUIRE(check_rows(object["inner"], kHeaderFields, record.inner.present, &record.inner,
                           record.inner.ip_version) == object["inner"].size());
    }
    REQUIRE(object.size() == count);
}

}  // namespace

TEST_CASE("the examples say what their records hold") {
    const auto formatter = format::make_json({"gw1", &fakes::example_labels(), false});
    for (const auto& [name, record] : fakes::example_records()) {
        CAPTURE(name);
        check(fakes::format_packet(*formatter, record), record);
    }
}

TEST_CASE("random records say what they hold, one line each") {
    std::mt19937 random(2026);
    const auto formatter = format::make_json({"h\"\\\n\xff", &fakes::example_labels(), false});
    for (int i = 0; i < 3000; ++i) {
        const Record record = fakes::random_record(random);
        check(fakes::format_packet(*formatter, record), record);
    }
}

TEST_CASE("strings that others chose come back as they were") {
    const auto formatter = format::make_json({"gw1", &fakes::example_labels(), false});
    Record record = fakes::example_records()[0].record;
    const std::string prefix = "\",\"rule\":\"forged\\\n\x01ü";
    std::copy(prefix.begin(), prefix.end(), record.prefix.begin());
    record.prefix_length = static_cast<std::uint8_t>(prefix.size());
    const json object = json::parse(fakes::format_packet(*formatter, record));
    REQUIRE(object["prefix"] == prefix);
    REQUIRE(object["rule"] == "ssh-tries");
}

TEST_CASE("the longest record fits") {
    const auto labels = std::make_unique<Labels>();
    labels->add(fakes::hostile_text(500), fakes::hostile_text(500));
    const auto formatter = format::make_json({fakes::hostile_text(500), labels.get(), false});
    std::string out(2 * format::kMaxPacketText, '\0');
    const std::size_t length = formatter->packet(fakes::longest_record(), out);
    REQUIRE(length < format::kMaxText);
    REQUIRE(json::parse(out.substr(0, length)).is_object());
}
