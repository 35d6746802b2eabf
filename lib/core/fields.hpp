// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The table of fields (fields.def) as data. Formats walk it; they know types,
/// not fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/labels.hpp"
#include "core/record.hpp"

namespace nflogd {

/// How the member behind a row is read and what it means.
enum class FieldType : std::uint8_t {
    timestamp,  ///< std::uint64_t, ns since 1970
    integer,    ///< unsigned, FieldRow::size bytes
    boolean,    ///< bool
    rule_name,  ///< std::uint16_t, number in Labels, whose text of that name it is
    rule_action,
    rule_table,
    rule_chain,
    rule_handle,
    rule_ruleset,
    rule_id,
    rule_zone,
    rule_comment,
    prefix,      ///< Record::prefix_text()
    hook,        ///< Hook
    interface,   ///< Interface
    mac,         ///< MacAddress
    ether_type,  ///< std::uint16_t
    address,     ///< IpAddress, family by Headers::ip_version
    ipv4,        ///< Ipv4Address
    protocol,    ///< std::uint8_t, its name; no name: nothing to print
    tcp_flags,   ///< std::uint16_t
    malformed,   ///< Malformed
};

/// The text of a label that a field of this type is; nothing for others.
[[nodiscard]] constexpr std::optional<LabelText> label_text(FieldType type) {
    switch (type) {
        case FieldType::rule_name: return LabelText::name;
        case FieldType::rule_action: return LabelText::action;
        case FieldType::rule_table: return LabelText::table;
        case FieldType::rule_chain: return LabelText::chain;
        case FieldType::rule_handle: return LabelText::handle;
        case FieldType::rule_ruleset: return LabelText::ruleset;
        case FieldType::rule_id: return LabelText::rule_id;
        case FieldType::rule_zone: return LabelText::zone;
        case FieldType::rule_comment: return LabelText::comment;
        default: return std::nullopt;
    }
}

struct FieldRow {
    std::string_view name;
    FieldType type;
    std::uint8_t size;     ///< of the member, in bytes
    std::uint16_t offset;  ///< of the member in Record or Headers
};

/// Indexed by Field; offsets into Record.
inline constexpr std::array kEnvelopeFields = {
#define ENVELOPE(name, type, member) \
    FieldRow{#name, FieldType::type, sizeof(Record::member), offsetof(Record, member)},
#include "core/fields.def"
};

/// Indexed by HeaderField; offsets into Headers.
inline constexpr std::array kHeaderFields = {
#define HEADER(name, type, member) \
    FieldRow{#name, FieldType::type, sizeof(Headers::member), offsetof(Headers, member)},
#include "core/fields.def"
};

static_assert(kEnvelopeFields.size() <= 64 && kHeaderFields.size() <= 64);

}  // namespace nflogd
