// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/escape.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/utf8.hpp"

namespace nflogd::format {
namespace {

/// By byte: whether it is written as it is, whatever stands around it.
constexpr auto kPassesJson = [] {
    std::array<bool, 256> passes{};
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte) passes[byte] = byte != '"' && byte != '\\';
    return passes;
}();

/// No control character needs more than four digits.
Writer write_code(Writer writer, std::uint32_t code) {
    writer.literal("\\u");
    writer.hex(static_cast<std::uint8_t>(code >> 8));
    writer.hex(static_cast<std::uint8_t>(code));
    return writer;
}

/// What no format shows, as \xXX; else the character through `put`.
template <typename Put>
Writer write_shown(Writer writer, std::string_view text, Put put) {
    while (!text.empty()) {
        const Utf8Character character = first_character(text);
        if (character.length == 0 || is_control(character.code)) {
            for (const char c : text.substr(0, character.length == 0 ? 1 : character.length)) {
                writer.put("\\x");
                writer.hex(static_cast<std::uint8_t>(c));
            }
        } else {
            put(writer, character, text.substr(0, character.length));
        }
        text.remove_prefix(character.length == 0 ? 1 : character.length);
    }
    return writer;
}

Writer write_plain(Writer writer, std::string_view text) {
    return write_shown(writer, text, [](Writer& out, const Utf8Character& character, auto bytes) {
        if (character.code == '\\' || character.code == '"') out.put('\\');
        out.put(bytes);
    });
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

Writer write_json_text(Writer writer, std::string_view text) {
    while (!text.empty()) {
        if (kPassesJson[static_cast<std::uint8_t>(text[0])]) {
            writer.put(text[0]);
            text.remove_prefix(1);
            continue;
        }
        const Utf8Character character = first_character(text);
        if (character.length == 0) {
            writer = write_code(writer, static_cast<std::uint8_t>(text[0]));
        } else if (character.code == '"' || character.code == '\\') {
            writer.put('\\');
            writer.put(text[0]);
        } else if (is_control(character.code)) {
            writer = write_code(writer, character.code);
        } else {
            writer.put(text.substr(0, character.length));
        }
        text.remove_prefix(character.length == 0 ? 1 : character.length);
    }
    return writer;
}

std::string json_text(std::string_view text) {
    std::vector<char> buffer(text.size() * kMaxEscaped + 1);
    return {buffer.data(), write_json_text(Writer(buffer.data()), text).position()};
}

std::string json_text(std::string_view text, std::size_t most) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(first_character(text).length, 1);
        const std::string next = json_text(text.substr(0, length));
        if (out.size() + next.size() > most) break;
        out += next;
        text.remove_prefix(length);
    }
    return out;
}

std::string json_member(std::string_view name, std::string_view text) {
    return ",\"" + std::string(name) + "\":\"" + json_text(text, kMaxEscapedName) + '"';
}

Writer write_harmless(Writer writer, std::string_view text) {
    return write_shown(writer, text,
                       [](Writer& out, const Utf8Character&, auto bytes) { out.put(bytes); });
}

Writer write_plain_word(Writer writer, std::string_view word) {
    if (is_word(word)) return write_plain(writer, word);
    writer.put('"');
    writer = write_plain(writer, word);
    writer.put('"');
    return writer;
}

std::string plain_word(std::string_view word) {
    std::vector<char> buffer(word.size() * kMaxEscaped + kQuotes);
    return {buffer.data(), write_plain_word(Writer(buffer.data()), word).position()};
}

}  // namespace nflogd::format
