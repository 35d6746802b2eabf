// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Members of documents of the Elastic Common Schema, each with a comma before it. A
/// `key` is `,"name":`.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include "format/json_fields.hpp"
#include "format/writer.hpp"

namespace nflogd::format::ecs {

template <std::size_t Size, std::unsigned_integral Integer>
void number(Writer& writer, const char (&key)[Size], Integer value) {
    writer.literal(key);
    writer.decimal(value);
}

/// A number that ECS calls a keyword.
template <std::size_t Size, std::unsigned_integral Integer>
void keyword(Writer& writer, const char (&key)[Size], Integer value) {
    writer.literal(key);
    writer.put('"');
    writer.decimal(value);
    writer.put('"');
}

/// `text` is escaped.
template <std::size_t Size>
void text(Writer& writer, const char (&key)[Size], std::string_view text) {
    writer.literal(key);
    writer.put('"');
    writer.put(text);
    writer.put('"');
}

/// 00-00-5E-00-53-23
template <std::size_t Size>
void mac(Writer& writer, const char (&key)[Size], const MacAddress& mac) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    writer.literal(key);
    char separator = '"';
    for (const std::uint8_t byte : mac) {
        writer.put(separator);
        writer.put(kDigits[byte >> 4]);
        writer.put(kDigits[byte & 15]);
        separator = '-';
    }
    writer.put('"');
}

template <std::size_t Size>
void device(Writer& writer, const char (&key)[Size], const Interface& interface) {
    writer.literal(key);
    writer.put('"');
    writer = write_interface(writer, interface);
    writer.put('"');
}

/// `,"iptables":{…}`: details of the packet under the names of Elastic's iptables
/// integration.
Writer write_iptables(Writer writer, const Shown& shown);

}  // namespace nflogd::format::ecs
