// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/json_fields.hpp"

#include <cstring>

#include "core/names.hpp"

namespace nflogd::decode {
namespace {

template <typename Value>
void store(const FieldRow& row, const Value& value, FieldPlace& place) {
    std::memcpy(place.object + row.offset, &value, sizeof value);
}

/// The low `row.size` bytes of `value`.
void store_integer(const FieldRow& row, std::uint64_t value, FieldPlace& place) {
    switch (row.size) {
        case 1: return store(row, static_cast<std::uint8_t>(value), place);
        case 2: return store(row, static_cast<std::uint16_t>(value), place);
        case 4: return store(row, static_cast<std::uint32_t>(value), place);
        default: return store(row, value, place);
    }
}

constexpr std::uint64_t bit(unsigned index) { return std::uint64_t{1} << index; }

bool has(const FieldPlace& place, HeaderField field) {
    return (*place.present & bit(static_cast<unsigned>(field))) != 0;
}

bool is(const FieldRow& row, HeaderField field) {
    return &row == &kHeaderFields[static_cast<std::size_t>(field)];
}

Interface interface_named(std::string_view escaped) {
    Interface interface {};
    unescape(escaped, interface.name);
    return interface;
}

void store_prefix(std::string_view escaped, FieldPlace& place) {
    auto& record = *reinterpret_cast<Record*>(place.object);
    record.prefix_length = static_cast<std::uint8_t>(unescape(escaped, record.prefix));
}

/// A header says its IP version once, whichever field it is that says so first.
bool agree_on_version(std::uint8_t version, FieldPlace& place) {
    if (place.version != 0 && place.version != version) return false;
    place.version = version;
    reinterpret_cast<Headers*>(place.object)->ip_version = version;
    return true;
}

bool store_address(const FieldRow& row, std::string_view text, FieldPlace& place) {
    IpAddress address;
    const std::uint8_t version = read_address(text, address);
    if (version == 0 || !agree_on_version(version, place)) return false;
    store(row, address, place);
    return true;
}

/// `proto` and `proto_number` are one member.
bool agree_on_protocol(HeaderField other, std::uint8_t number, FieldPlace& place) {
    auto& headers = *reinterpret_cast<Headers*>(place.object);
    if (has(place, other) && headers.proto_number != number) return false;
    headers.proto_number = number;
    return true;
}

template <typename Value>
bool store_if(bool read, const FieldRow& row, const Value& value, FieldPlace& place) {
    if (read) store(row, value, place);
    return read;
}

std::string_view trimmed(std::string_view token) {
    while (!token.empty() && token.back() <= ' ') token.remove_suffix(1);
    return token;
}

}  // namespace

bool JsonFields::read(const FieldRow& row, unsigned index, std::string_view token,
                      FieldPlace& place) {
    if (row.type == FieldType::integer) {
        const auto value = json_number(token);
        if (!value || !read_integer(row, *value, place)) return false;
    } else if (row.type == FieldType::boolean) {
        const std::string_view word = trimmed(token);
        if (word != "true" && word != "false") return false;
        store(row, word == "true", place);
    } else {
        const auto text = json_inside(token);
        return text && read_text(row, index, *text, place);
    }
    *place.present |= bit(index);
    return true;
}

bool JsonFields::read_integer(const FieldRow& row, std::uint64_t value, FieldPlace& place) {
    if (row.size < 8 && value >> (row.size * 8U) != 0) return false;
    if (is(row, HeaderField::ip_version)) {
        return value != 0 && agree_on_version(static_cast<std::uint8_t>(value), place);
    }
    if (is(row, HeaderField::proto_number)) {
        return agree_on_protocol(HeaderField::proto, static_cast<std::uint8_t>(value), place);
    }
    store_integer(row, value, place);
    return true;
}

/// Words that we do not know, and texts of labels, do not set the field's bit.
bool JsonFields::read_text(const FieldRow& row, unsigned index, std::string_view text,
                           FieldPlace& place) {
    bool read = true;
    bool known = true;
    MacAddress mac;
    std::array<std::uint8_t, 4> ipv4;
    std::uint16_t number = 0;
    switch (row.type) {
        case FieldType::timestamp: {
            const auto time = time_.read(text);
            read = store_if(time.has_value(), row, time.value_or(0), place);
            break;
        }
        case FieldType::prefix: store_prefix(text, place); break;
        case FieldType::interface: store(row, interface_named(text), place); break;
        case FieldType::address: read = store_address(row, text, place); break;
        case FieldType::ipv4:
            read = store_if(read_ipv4(text, ipv4.data()), row, ipv4, place);
            break;
        case FieldType::mac: read = store_if(read_mac(text, mac), row, mac, place); break;
        case FieldType::ether_type:
            read = store_if(read_hex16(text, number), row, number, place);
            break;
        case FieldType::hook: {
            const auto hook = hook_by_name(text);
            known = store_if(hook.has_value(), row, hook.value_or(Hook::input), place);
            break;
        }
        case FieldType::malformed: {
            const auto reason = malformed_by_text(text);
            known = store_if(reason.has_value(), row, reason.value_or(Malformed{}), place);
            break;
        }
        case FieldType::protocol: {
            const auto protocol = protocol_number(text);
            known = protocol.has_value();
            read = !known || agree_on_protocol(HeaderField::proto_number, *protocol, place);
            break;
        }
        default: return read_label(row, index, text);
    }
    if (read && known) *place.present |= bit(index);
    return read;
}

bool JsonFields::read_label(const FieldRow& row, unsigned index, std::string_view text) {
    const auto which = label_text(row.type);
    if (!which) return false;  // no text at all
    if (label_present_ == 0) label_ = {};
    label_[static_cast<std::size_t>(*which)] = text;
    label_present_ |= bit(index);
    return true;
}

void JsonFields::finish(Record& record) {
    if (label_present_ == 0) return;
    const auto number = labels_.number(label_);
    if (!number) return;
    record.rule = *number;
    record.present |= label_present_;
}

}  // namespace nflogd::decode
