// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/json_values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/utf8.hpp"

namespace nflogd::decode {
namespace {

constexpr unsigned kNoDigit = 16;

constexpr unsigned hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return kNoDigit;
}

bool read_hex(std::string_view digits, unsigned& out) {
    out = 0;
    for (const char c : digits) {
        const unsigned digit = hex_digit(c);
        if (digit == kNoDigit) return false;
        out = out << 4U | digit;
    }
    return true;
}

/// Text that grows up to the end of what there is.
class Room {
public:
    explicit Room(std::span<char> out) : out_(out) {}

    void put(std::string_view text) {
        if (!text.empty()) size_ += text.copy(out_.data() + size_, out_.size() - size_);
    }
    void put(char32_t code) {
        const auto low = [code](unsigned shift) {
            return static_cast<char>(0x80U | (code >> shift & 0x3fU));
        };
        if (code < 0x80) {
            put_bytes({static_cast<char>(code)});
        } else if (code < 0x800) {
            put_bytes({static_cast<char>(0xc0U | code >> 6U), low(0)});
        } else if (code < 0x10000) {
            put_bytes({static_cast<char>(0xe0U | code >> 12U), low(6), low(0)});
        } else {
            put_bytes({static_cast<char>(0xf0U | code >> 18U), low(12), low(6), low(0)});
        }
    }
    /// A byte that was no UTF-8, or the control character that reads alike.
    void put_byte(char32_t byte) {
        const std::size_t before = size_;
        put(std::string_view(std::array{static_cast<char>(byte)}.data(), 1));
        if (size_ == before || !completes_character()) return;
        size_ = before;
        put(byte);
    }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    void put_bytes(std::initializer_list<char> bytes) {
        put(std::string_view(bytes.begin(), bytes.size()));
    }
    [[nodiscard]] bool completes_character() const {
        const std::string_view text(out_.data(), size_);
        for (std::size_t length = 2; length <= std::min<std::size_t>(4, size_); ++length) {
            if (first_character(text.substr(size_ - length)).length == length) return true;
        }
        return false;
    }

    std::span<char> out_;
    std::size_t size_ = 0;
};

/// Bytes of an escape that is none: it stands for itself.
constexpr std::size_t kBroken = 1;

std::size_t put_code(std::string_view escape, Room& out) {
    unsigned code = 0;
    if (escape.size() < 6 || !read_hex(escape.substr(2, 4), code)) {
        out.put(escape.substr(0, kBroken));
        return kBroken;
    }
    unsigned low = 0;
    if (code >= 0xd800 && code < 0xdc00 && escape.size() >= 12 && escape.substr(6, 2) == "\\u" &&
        read_hex(escape.substr(8, 4), low) && low >= 0xdc00 && low < 0xe000) {
        out.put(static_cast<char32_t>(0x10000U + ((code - 0xd800U) << 10U) + (low - 0xdc00U)));
        return 12;
    }
    if (code >= 0x80 && code < 0x100) {
        out.put_byte(code);
    } else {
        out.put(static_cast<char32_t>(code));
    }
    return 6;
}

/// Returns the length of the escape that `text` begins with.
std::size_t put_escape(std::string_view text, Room& out) {
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    if (text.size() < 2) {
        out.put(text);
        return text.size();
    }
    if (text[1] == 'u') return put_code(text, out);
    const std::size_t letter = kLetters.find(text[1]);
    out.put(letter == std::string_view::npos ? text.substr(1, 1) : kMeanings.substr(letter, 1));
    return 2;
}

}  // namespace

std::optional<std::uint64_t> json_number(std::string_view token) {
    while (!token.empty() && std::string_view(" \t\r\n").find(token.back()) != token.npos) {
        token.remove_suffix(1);
    }
    std::uint64_t value = 0;
    const char* const end = token.data() + token.size();
    const auto [behind, error] = std::from_chars(token.data(), end, value);
    if (error != std::errc() || behind != end) return std::nullopt;
    return value;
}

std::optional<std::string_view> json_inside(std::string_view token) {
    if (token.empty() || token[0] != '"') return std::nullopt;
    const std::size_t last = token.back() == '"' ? token.size() - 1 : token.rfind('"');
    if (last == 0) return std::nullopt;
    return token.substr(1, last - 1);
}

std::size_t unescape(std::string_view inside, std::span<char> out) {
    Room room(out);
    for (;;) {
        const std::size_t backslash = inside.find('\\');
        room.put(inside.substr(0, backslash));
        if (backslash == std::string_view::npos || room.size() == out.size()) return room.size();
        inside.remove_prefix(backslash);
        inside.remove_prefix(put_escape(inside, room));
    }
}

std::string json_string(std::string_view inside) {
    std::string text(inside.size(), '\0');  // no escape is shorter than what it stands for
    text.resize(unescape(inside, text));
    return text;
}

bool read_ipv4(std::string_view text, std::uint8_t* out) {
    std::size_t at = 0;
    for (int i = 0; i < 4; ++i) {
        if (i > 0 && (at == text.size() || text[at++] != '.')) return false;
        const std::size_t start = at;
        unsigned value = 0;
        for (; at < text.size() && at < start + 3 && text[at] >= '0' && text[at] <= '9'; ++at) {
            value = value * 10 + static_cast<unsigned>(text[at] - '0');
        }
        if (at == start || value > 255) return false;
        out[i] = static_cast<std::uint8_t>(value);
    }
    return at == text.size();
}

std::uint8_t read_address(std::string_view text, IpAddress& out) {
    out = {};
    if (text.find(':') == std::string_view::npos) {
        return read_ipv4(text, out.bytes.data()) ? 4 : 0;
    }
    std::array<char, INET6_ADDRSTRLEN> copy{};
    if (text.size() >= copy.size()) return 0;
    text.copy(copy.data(), text.size());
    if (std::memchr(copy.data(), '\0', text.size()) != nullptr) return 0;
    return ::inet_pton(AF_INET6, copy.data(), out.bytes.data()) == 1 ? 6 : 0;
}

bool read_mac(std::string_view text, MacAddress& out) {
    if (text.size() != 17) return false;
    for (std::size_t i = 0; i < 6; ++i) {
        unsigned byte = 0;
        if (!read_hex(text.substr(i * 3, 2), byte)) return false;
        if (i < 5 && text[i * 3 + 2] != ':') return false;
        out[i] = static_cast<std::uint8_t>(byte);
    }
    return true;
}

bool read_hex16(std::string_view text, std::uint16_t& out) {
    unsigned value = 0;
    if (text.size() != 6 || text.substr(0, 2) != "0x" || !read_hex(text.substr(2), value)) {
        return false;
    }
    out = static_cast<std::uint16_t>(value);
    return true;
}

}  // namespace nflogd::decode
