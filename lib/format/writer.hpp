// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Writes text into memory that the caller has made large enough; no bounds are
/// checked here. kMaxPacketText is more than the longest record (json_test.cpp
/// and line_test.cpp build that one). Nothing allocates.
#pragma once

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
    /// Most texts are a word: two moves that overlap, no call.
    void put(std::string_view text) {
        const std::size_t size = text.size();
        if (size > 16) {
            std::memcpy(out_, text.data(), size);
        } else if (size >= 8) {
            put_ends<8>(text);
        } else if (size >= 4) {
            put_ends<4>(text);
        } else {
            for (std::size_t i = 0; i < size; ++i) out_[i] = text[i];
        }
        out_ += size;
    }
    /// A string literal: one or two moves, no loop.
    template <std::size_t Size>
    void literal(const char (&text)[Size]) {
        std::memcpy(out_, text, Size - 1);
        out_ += Size - 1;
    }
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
    /// Of a text of `Size` to twice as many bytes.
    template <std::size_t Size>
    void put_ends(std::string_view text) {
        std::memcpy(out_, text.data(), Size);
        std::memcpy(out_ + text.size() - Size, text.data() + text.size() - Size, Size);
    }
    void decimal4(unsigned value);
    void hex_group(std::uint16_t value);

    char* out_;
};

}  // namespace nflogd::format
