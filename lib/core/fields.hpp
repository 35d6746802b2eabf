// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The table of fields (fields.def) as data. Formats walk it; they know types,
/// not fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/record.hpp"

namespace nflogd {

/// How the member behind a row is read and what it means.
enum class FieldType : std::uint8_t {
    timestamp,    ///< std::uint64_t, ns since 1970
    integer,      ///< unsigned, FieldRow::size bytes
    boolean,      ///< bool
    rule_name,    ///< std::uint16_t, name in Labels
    rule_action,  ///< std::uint16_t, action in Labels
    prefix,       ///< Record::prefix_text()
    hook,         ///< Hook
    interface,    ///< Interface
    mac,          ///< MacAddress
    ether_type,   ///< std::uint16_t
    address,      ///< IpAddress, family by Headers::ip_version
    ipv4,         ///< Ipv4Address
    protocol,     ///< std::uint8_t, its name; no name: nothing to print
    tcp_flags,    ///< std::uint16_t
    malformed,    ///< Malformed
};

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
