// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Random records whose texts print as they are.
#pragma once

#include <random>
#include <string_view>

#include "core/names.hpp"
#include "format/records.hpp"

namespace nflogd::fakes {

inline void set_interface_name(std::mt19937& random, Interface& interface) {
    constexpr std::array<std::string_view, 3> kNames = {"eth0", "ppp0", ""};
    const std::string_view name = kNames[random() % kNames.size()];
    interface.name.fill('\0');
    std::copy(name.begin(), name.end(), interface.name.begin());
}

/// A field `proto` is there if the protocol has a name, as decoders set it.
inline void set_protocol(std::mt19937& random, Headers& headers) {
    constexpr std::array<std::uint8_t, 4> kNumbers = {6, 17, 58, 253};
    headers.proto_number = kNumbers[random() % kNumbers.size()];
    if (!protocol_name(headers.proto_number).empty()) return;
    headers.present &= ~(std::uint64_t{1} << static_cast<unsigned>(HeaderField::proto));
}

inline Record plain_record(std::mt19937& random) {
    constexpr std::array<std::string_view, 4> kPrefixes = {"", "a \"b\"", "x\\", "eth0"};
    Record record = random_record(random);
    const std::string_view prefix = kPrefixes[random() % kPrefixes.size()];
    std::copy(prefix.begin(), prefix.end(), record.prefix.begin());
    record.prefix_length = static_cast<std::uint8_t>(prefix.size());
    record.rule = 0;
    for (Interface* one :
         {&record.in_iface, &record.out_iface, &record.phys_in, &record.phys_out}) {
        set_interface_name(random, *one);
    }
    for (Headers* headers : {&record.packet, &record.inner}) {
        set_protocol(random, *headers);
        headers->tcp_flags &= 0x1ff;
    }
    record.timestamp_ns %= 4'000'000'000'000'000'000;
    return record;
}

}  // namespace nflogd::fakes
