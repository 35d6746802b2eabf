// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/escape.hpp"

#include <vector>

namespace nflogd::format {
namespace {

/// One character of valid UTF-8 (RFC 3629).
struct Character {
    std::size_t length = 0;  ///< 0: the first byte starts no valid character
    std::uint32_t code = 0;
};

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return {1, first};
    std::size_t length = 0;
    std::uint32_t smallest = 0;
    if (first >= 0xc2 && first < 0xe0) {
        length = 2;
        smallest = 0x80;
    } else if (first >= 0xe0 && first < 0xf0) {
        length = 3;
        smallest = 0x800;
    } else if (first >= 0xf0 && first < 0xf5) {
        length = 4;
        smallest = 0x10000;
    }
    if (length == 0 || text.size() < length) return {};
    std::uint32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3fU);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < smallest || surrogate || code > 0x10ffff) return {};
    return {length, code};
}

/// Control characters of every kind, and what some readers take for a line's end.
bool is_control(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

bool passes_json(std::uint8_t byte) {
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

void write_code(Writer& writer, std::uint32_t code) {
    writer.put("\\u");
    writer.hex(static_cast<std::uint8_t>(code >> 8));
    writer.hex(static_cast<std::uint8_t>(code));
}

}  // namespace

void write_json_text(Writer& writer, std::string_view text) {
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && passes_json(static_cast<std::uint8_t>(text[plain]))) ++plain;
        writer.put(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return;
        const Character character = first_character(text);
        if (character.length == 0) {
            write_code(writer, static_cast<std::uint8_t>(text[0]));
        } else if (character.code == '"' || character.code == '\\') {
            writer.put('\\');
            writer.put(text[0]);
        } else if (is_control(character.code)) {
            write_code(writer, character.code);
        } else {
            writer.put(text.substr(0, character.length));
        }
        text.remove_prefix(character.length == 0 ? 1 : character.length);
    }
}

std::string json_text(std::string_view text) {
    std::vector<char> buffer(text.size() * kMaxEscaped + 1);
    Writer writer(buffer.data());
    write_json_text(writer, text);
    return {buffer.data(), writer.position()};
}

void write_plain_text(Writer& writer, std::string_view text) {
    while (!text.empty()) {
        const Character character = first_character(text);
        if (character.length == 0 || is_control(character.code)) {
            for (const char c : text.substr(0, character.length == 0 ? 1 : character.length)) {
                writer.put("\\x");
                writer.hex(static_cast<std::uint8_t>(c));
            }
        } else {
            if (character.code == '\\') writer.put('\\');
            writer.put(text.substr(0, character.length));
        }
        text.remove_prefix(character.length == 0 ? 1 : character.length);
    }
}

}  // namespace nflogd::format
