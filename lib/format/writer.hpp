// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Writes text into memory that the caller has made large enough; no bounds are
/// checked here. kMaxPacketText is more than the longest record (json_test.cpp
/// and line_test.cpp build that one). Nothing allocates.
///
/// A Writer is a position, and cheap to copy: on the hot path functions take one and
/// return the one behind what they wrote. By reference, the compiler must take it
/// that any byte written may change the position, and load it anew.
#pragma once

#include <array>
#include <concepts>
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
    void put(std::string_view text) { out_ = copy(out_, text); }
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
    template <std::unsigned_integral Integer>
    void decimal(Integer value) {
        if constexpr (sizeof value == 1) {
            out_ = octet(out_, value);
        } else {
            out_ = integer(out_, value);
        }
    }
    /// Exactly two digits.
    void decimal2(unsigned value) { out_ = two_digits(out_, value); }
    /// Two lower-case hex digits.
    void hex(std::uint8_t byte) { out_ = two_hex(out_, byte); }
    /// "0x0800"
    void hex16(std::uint16_t value);
    void ipv4(const std::uint8_t* bytes) { out_ = ipv4(out_, bytes); }
    /// RFC 5952.
    void ipv6(const std::uint8_t* bytes) { out_ = ipv6(out_, bytes); }
    void address(const IpAddress& address, std::uint8_t ip_version) {
        const std::uint8_t* bytes = address.bytes.data();
        out_ = ip_version == 4 ? ipv4(out_, bytes) : ipv6(out_, bytes);
    }
    void mac(const MacAddress& mac) { out_ = mac_address(out_, mac); }

private:
    /// Most texts are a word: two moves that overlap, no call.
    static char* copy(char* out, std::string_view text) {
        const std::size_t size = text.size();
        if (size > 16) {
            std::memcpy(out, text.data(), size);
        } else if (size >= 8) {
            copy_ends<8>(out, text);
        } else if (size >= 4) {
            copy_ends<4>(out, text);
        } else if (size >= 2) {
            copy_ends<2>(out, text);
        } else if (size == 1) {
            *out = text[0];
        }
        return out + size;
    }
    /// Of a text of `Size` to twice as many bytes.
    template <std::size_t Size>
    static void copy_ends(char* out, std::string_view text) {
        std::memcpy(out, text.data(), Size);
        std::memcpy(out + text.size() - Size, text.data() + text.size() - Size, Size);
    }
    // Each returns the position behind what it wrote.
    static char* octet(char* out, std::uint8_t value);
    static char* integer(char* out, std::uint64_t value);
    static char* long_integer(char* out, std::uint64_t value);
    static char* two_digits(char* out, unsigned value);
    static char* two_hex(char* out, std::uint8_t byte);
    static char* ipv4(char* out, const std::uint8_t* bytes);
    static char* ipv6(char* out, const std::uint8_t* bytes);
    static char* mac_address(char* out, const MacAddress& mac);

    char* out_;
};

}  // namespace nflogd::format
