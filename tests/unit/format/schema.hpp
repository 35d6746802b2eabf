// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A JSON document against a table of what may be in it: path, type, allowed values. The
/// tables are in the tests, written from the published schemas.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace nflogd::fakes {

enum class Type {
    date,     ///< RFC 3339
    keyword,  ///< a string
    ip,       ///< an address that inet_pton takes
    mac,      ///< ECS: ^[A-F0-9]{2}(-[A-F0-9]{2}){5,}$
    colons,   ///< a MAC address with colons
    number,   ///< an integer of 64 bits
    any,      ///< whatever is below
};

struct SchemaRow {
    std::string_view path;  ///< "source.ip"
    Type type;
    std::string_view allowed = "";  ///< between bars, "|ipv4|ipv6|"; empty: any
    bool required = false;
    bool list = false;  ///< an array of such values
};

/// What is wrong with the document, empty if nothing is.
std::string fault_of_document(const nlohmann::json& document, std::span<const SchemaRow> schema);

}  // namespace nflogd::fakes
