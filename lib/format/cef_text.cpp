// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/cef_text.hpp"

#include <array>
#include <vector>

#include "core/utf8.hpp"

namespace nflogd::format {
namespace {

enum class Place : std::uint8_t { header, extension };

/// By byte: whether it is written as it is, in either place.
constexpr auto kPasses = [] {
    std::array<bool, 256> passes{};
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte) {
        passes[byte] = byte != '\\' && byte != '=' && byte != '|';
    }
    return passes;
}();

Writer write_bytes(Writer writer, std::string_view bytes) {
    for (const char byte : bytes) {
        writer.literal(R"(\\x)");
        writer.hex(static_cast<std::uint8_t>(byte));
    }
    return writer;
}

Writer write_character(Writer writer, std::string_view bytes, const Utf8Character& character,
                       Place place) {
    const bool in_extension = place == Place::extension;
    if (in_extension && character.length == 1 && bytes[0] == '\n') {
        writer.literal(R"(\n)");
    } else if (in_extension && character.length == 1 && bytes[0] == '\r') {
        writer.literal(R"(\r)");
    } else if (character.length == 0 || is_control(character.code)) {
        writer = write_bytes(writer, bytes);
    } else {
        if (bytes[0] == '\\' || bytes[0] == (in_extension ? '=' : '|')) writer.put('\\');
        writer.put(bytes);
    }
    return writer;
}

Writer write_text(Writer writer, std::string_view text, std::size_t most, Place place) {
    while (!text.empty() && most > 0) {
        if (kPasses[static_cast<std::uint8_t>(text[0])]) {
            writer.put(text[0]);
            text.remove_prefix(1);
            --most;
            continue;
        }
        const Utf8Character character = first_character(text);
        const std::size_t length = character.length == 0 ? 1 : character.length;
        if (length > most) break;
        writer = write_character(writer, text.substr(0, length), character, place);
        text.remove_prefix(length);
        most -= length;
    }
    return writer;
}

std::string make_text(std::string_view text, std::size_t most, Place place) {
    std::vector<char> buffer(text.size() * kMaxCefEscaped + 1);
    return {buffer.data(), write_text(Writer(buffer.data()), text, most, place).position()};
}

}  // namespace

Writer write_cef_value(Writer writer, std::string_view text, std::size_t most) {
    return write_text(writer, text, most, Place::extension);
}

std::string cef_value(std::string_view text, std::size_t most) {
    return make_text(text, most, Place::extension);
}

std::string cef_header(std::string_view text, std::size_t most) {
    return make_text(text, most, Place::header);
}

}  // namespace nflogd::format
