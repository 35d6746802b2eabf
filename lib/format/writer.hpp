// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Writes text into memory that the caller has made large enough; no bounds are
/// checked here. kMaxPacketText is more than the longest record (json_test.cpp
/// and line_test.cpp build that one). Nothing allocates.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/record.hpp"

namespace nflogd::format {

class Writer {
public:
    explicit Writer(char* out) : out_(out) {}

    [[nodiscard]] char* position() const { return out_; }

    void put(char c) { *out_++ = c; }
    void put(std::string_view text) { out_ = std::copy(text.begin(), text.end(), out_); }
    /// Copies `Size` bytes, of which only `length` count: one move, no loop.
    template <std::size_t Size>
    void put_padded(const std::array<char, Size>& text, std::size_t length) {
        std::memcpy(out_, text.data(), Size);
        out_ += length;
    }
    void decimal(std::uint64_t value);
    /// Exactly two digits.
    void decimal2(unsigned value);
    /// Two lower-case hex digits.
    void hex(std::uint8_t byte);
    void ipv4(const std::uint8_t* bytes);
    /// RFC 5952.
    void ipv6(const std::uint8_t* bytes);
    void address(const IpAddress& address, std::uint8_t ip_version);
    void mac(const MacAddress& mac);
    /// "0x0800"
    void hex16(std::uint16_t value);

private:
    void hex_group(std::uint16_t value);

    char* out_;
};

}  // namespace nflogd::format
