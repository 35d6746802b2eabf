// SPDX-License-Identifier: GPL-2.0-or-later
#include "describe.hpp"

#include <arpa/inet.h>

#include "core/fields.hpp"
#include "core/names.hpp"

namespace nflogd::decode {
namespace {

template <typename T>
T member(const void* holder, const FieldRow& row) {
    T value;
    std::memcpy(&value, static_cast<const char*>(holder) + row.offset, sizeof value);
    return value;
}

std::string integer(const void* holder, const FieldRow& row) {
    switch (row.size) {
        case 1: return std::to_string(member<std::uint8_t>(holder, row));
        case 2: return std::to_string(member<std::uint16_t>(holder, row));
        default: return std::to_string(member<std::uint32_t>(holder, row));
    }
}

std::string hex(unsigned value, unsigned digits) {
    std::string text;
    while (digits-- > 0) text += "0123456789abcdef"[value >> digits * 4 & 0xf];
    return text;
}

std::string mac(const MacAddress& address) {
    std::string text;
    for (const auto byte : address) text += (text.empty() ? "" : ":") + hex(byte, 2);
    return text;
}

std::string address(int family, const void* bytes) {
    char text[INET6_ADDRSTRLEN];
    ::inet_ntop(family, bytes, text, sizeof text);
    return text;
}

std::string interface(const Interface& value) {
    return value.name[0] != 0 ? value.name.data() : "if" + std::to_string(value.index);
}

std::string text_of(const void* holder, const FieldRow& row, int family) {
    switch (row.type) {
        case FieldType::integer: return integer(holder, row);
        case FieldType::boolean: return member<std::uint8_t>(holder, row) == 1 ? "true" : "false";
        case FieldType::interface: return interface(member<Interface>(holder, row));
        case FieldType::mac: return mac(member<MacAddress>(holder, row));
        case FieldType::ether_type: return "0x" + hex(member<std::uint16_t>(holder, row), 4);
        case FieldType::tcp_flags: return "0x" + hex(member<std::uint16_t>(holder, row), 3);
        case FieldType::hook: return std::string(hook_name(member<Hook>(holder, row)));
        case FieldType::protocol:
            return std::string(protocol_name(member<std::uint8_t>(holder, row)));
        case FieldType::address:
            return address(family, member<IpAddress>(holder, row).bytes.data());
        case FieldType::ipv4: return address(AF_INET, member<Ipv4Address>(holder, row).data());
        case FieldType::prefix:
            return '"' + std::string(static_cast<const Record*>(holder)->prefix_text()) + '"';
        case FieldType::malformed:
            return '"' + std::string(malformed_text(member<Malformed>(holder, row))) + '"';
        default: return "?";
    }
}

void add(std::string& text, const void* holder, const FieldRow& row, int family) {
    if (!text.empty()) text += ' ';
    text.append(row.name).append("=").append(text_of(holder, row, family));
}

std::string describe_from(const Headers& headers, std::size_t first) {
    std::string text;
    const int family = headers.ip_version == 6 ? AF_INET6 : AF_INET;
    for (std::size_t i = first; i < kHeaderFields.size(); ++i) {
        if (headers.has(static_cast<HeaderField>(i))) add(text, &headers, kHeaderFields[i], family);
    }
    return text;
}

std::string describe_from(const Record& record, std::size_t first) {
    std::string text;
    for (std::size_t i = first; i < kEnvelopeFields.size(); ++i) {
        if (record.has(static_cast<Field>(i))) add(text, &record, kEnvelopeFields[i], 0);
    }
    return text;
}

std::string joined(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() ? a + b : a + ' ' + b;
}

std::string inner_of(const Record& record) {
    return record.quotes ? "inner{" + describe(record.inner) + "}" : "";
}

}  // namespace

std::string describe(const Headers& headers) { return describe_from(headers, 0); }

std::string describe(const Record& record) {
    const auto envelope = describe_from(record, static_cast<std::size_t>(Field::timestamp) + 1);
    return joined(joined(envelope, describe(record.packet)), inner_of(record));
}

std::string describe_transport(const Record& record) {
    const Headers& packet = record.packet;
    const auto fields = describe_from(packet, static_cast<std::size_t>(HeaderField::src_port));
    const auto wrong = describe_from(record, static_cast<std::size_t>(Field::truncated));
    const auto proto =
        packet.has(HeaderField::proto_number) ? std::to_string(packet.proto_number) + ':' : "-:";
    return joined(joined(joined(proto, fields), wrong), inner_of(record));
}

}  // namespace nflogd::decode
