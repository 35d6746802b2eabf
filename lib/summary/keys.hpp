// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What records are counted by: small keys, and their text. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/record.hpp"
#include "summary/top_table.hpp"

namespace nflogd::summary {

struct AddressKey {
    std::array<std::uint64_t, 2> words;  ///< network order; of IPv4 the first 4 bytes, then zeros
    std::uint64_t ip_version;

    static AddressKey of(const IpAddress& address, std::uint8_t ip_version) {
        AddressKey key{{0, 0}, ip_version};
        std::memcpy(key.words.data(), address.bytes.data(), ip_version == 4 ? 4 : 16);
        return key;
    }
    [[nodiscard]] std::uint64_t hash(std::uint64_t secret) const {
        return mix(words[0] + ip_version, words[1], secret);
    }
    bool operator==(const AddressKey&) const = default;
};

struct PortKey {
    std::uint8_t proto_number;
    std::uint16_t port;

    [[nodiscard]] std::uint64_t hash(std::uint64_t secret) const {
        return mix(std::uint64_t{proto_number} << 16U | port, 0, secret);
    }
    bool operator==(const PortKey&) const = default;
};

/// A name padded with zeros, or the index of an interface without one.
struct InterfaceKey {
    std::array<std::uint64_t, 2> words;
    std::uint64_t index;

    static InterfaceKey of(const Interface& interface) {
        InterfaceKey key{};
        static_assert(sizeof key.words == sizeof interface.name);
        std::memcpy(key.words.data(), interface.name.data(), sizeof key.words);
        if (interface.name[0] == 0) key.index = interface.index;
        return key;
    }
    [[nodiscard]] std::uint64_t hash(std::uint64_t secret) const {
        return mix(words[0] + index, words[1], secret);
    }
    bool operator==(const InterfaceKey&) const = default;
};

/// The raw prefix of a rule that has no name.
struct PrefixKey {
    std::array<char, Record::kMaxPrefix> text;
    std::size_t length;

    static PrefixKey of(const Record& record) {
        PrefixKey key;  // what is behind the text stays as it is
        key.length = record.prefix_length;
        std::memcpy(key.text.data(), record.prefix.data(), key.length);
        return key;
    }
    [[nodiscard]] std::uint64_t hash(std::uint64_t secret) const;
    bool operator==(const PrefixKey& other) const {
        return length == other.length && std::memcmp(text.data(), other.text.data(), length) == 0;
    }
};

// As outputs write them; names and prefixes are the raw bytes.
[[nodiscard]] std::string text_of(const AddressKey& key);    ///< RFC 5952
[[nodiscard]] std::string text_of(const PortKey& key);       ///< "tcp/22", "254/22"
[[nodiscard]] std::string text_of(const InterfaceKey& key);  ///< "wan0", "if12"
[[nodiscard]] std::string text_of(const PrefixKey& key);

}  // namespace nflogd::summary
