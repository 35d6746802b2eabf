// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/keys.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "core/names.hpp"

namespace nflogd::summary {

std::uint64_t PrefixKey::hash(std::uint64_t secret) const {
    std::uint64_t hash = length;
    for (std::size_t at = 0; at < length; at += sizeof hash) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, std::min(sizeof word, length - at));
        hash = mix(hash, word, secret);
    }
    return hash;
}

std::string text_of(const AddressKey& key) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(key.ip_version == 4 ? AF_INET : AF_INET6, key.words.data(), text.data(),
                text.size());
    return text.data();
}

std::string text_of(const PortKey& key) {
    const std::string_view name = protocol_name(key.proto_number);
    return (name.empty() ? std::to_string(key.proto_number) : std::string(name)) + "/" +
           std::to_string(key.port);
}

std::string text_of(const InterfaceKey& key) {
    std::array<char, sizeof key.words> name;
    std::memcpy(name.data(), key.words.data(), name.size());
    if (name[0] == 0) return "if" + std::to_string(key.index);
    return {name.data(), ::strnlen(name.data(), name.size())};
}

std::string text_of(const PrefixKey& key) { return {key.text.data(), key.length}; }

}  // namespace nflogd::summary
