// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/escape.hpp"

#include <algorithm>
#include <vector>

#include "core/utf8.hpp"

namespace nflogd::format {
namespace {

bool passes_json(std::uint8_t byte) {
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/// No control character needs more than four digits.
void write_code(Writer& writer, std::uint32_t code) {
    writer.put("\\u");
    writer.hex(static_cast<std::uint8_t>(code >> 8));
    writer.hex(static_cast<std::uint8_t>(code));
}

void write_plain(Writer& writer, std::string_view text) {
    while (!text.empty()) {
        const Utf8Character character = first_character(text);
        if (character.length == 0 || is_control(character.code)) {
            for (const char c : text.substr(0, character.length == 0 ? 1 : character.length)) {
                writer.put("\\x");
                writer.hex(static_cast<std::uint8_t>(c));
            }
        } else {
            if (character.code == '\\' || character.code == '"') writer.put('\\');
            writer.put(text.substr(0, character.length));
        }
        text.remove_prefix(character.length == 0 ? 1 : character.length);
    }
}

/// Whether `text` stands for itself between two spaces: nothing in it ends a
/// field, looks like the name of one, or stands for "absent".
bool is_word(std::string_view text) {
    constexpr std::string_view kMarks = "\"=<>[];";
    if (text.empty() || text.find_first_not_of('-') == std::string_view::npos) return false;
    while (!text.empty()) {
        const Utf8Character character = first_character(text);
        if (character.length == 1 && kMarks.find(text[0]) != std::string_view::npos) return false;
        if (character.length != 0 && is_space(character.code)) return false;
        text.remove_prefix(std::max<std::size_t>(character.length, 1));
    }
    return true;
}

}  // namespace

void write_json_text(Writer& writer, std::string_view text) {
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && passes_json(static_cast<std::uint8_t>(text[plain]))) ++plain;
        writer.put(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return;
        const Utf8Character character = first_character(text);
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

void write_plain_word(Writer& writer, std::string_view word) {
    if (is_word(word)) return write_plain(writer, word);
    writer.put('"');
    write_plain(writer, word);
    writer.put('"');
}

std::string plain_word(std::string_view word) {
    std::vector<char> buffer(word.size() * kMaxEscaped + kQuotes);
    Writer writer(buffer.data());
    write_plain_word(writer, word);
    return {buffer.data(), writer.position()};
}

}  // namespace nflogd::format
