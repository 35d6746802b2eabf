// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakes/line_text.hpp"

#include <array>
#include <cstdint>

namespace nflogd::fakes {
namespace {

/// Unicode Standard, table 3-7: well-formed sequences by first and second byte.
struct Form {
    std::uint8_t first_from, first_to;
    std::uint8_t second_from, second_to;
    std::size_t length;
};
constexpr std::array kForms = {
    Form{0x00, 0x7f, 0, 0, 1},       Form{0xc2, 0xdf, 0x80, 0xbf, 2},
    Form{0xe0, 0xe0, 0xa0, 0xbf, 3}, Form{0xe1, 0xec, 0x80, 0xbf, 3},
    Form{0xed, 0xed, 0x80, 0x9f, 3}, Form{0xee, 0xef, 0x80, 0xbf, 3},
    Form{0xf0, 0xf0, 0x90, 0xbf, 4}, Form{0xf1, 0xf3, 0x80, 0xbf, 4},
    Form{0xf4, 0xf4, 0x80, 0x8f, 4},
};

bool is_between(char c, unsigned from, unsigned to) {
    const auto byte = static_cast<std::uint8_t>(c);
    return byte >= from && byte <= to;
}

/// Bytes of the character at the start of `text`; 0 if it is not well-formed.
std::size_t character_length(std::string_view text) {
    for (const Form& form : kForms) {
        if (!is_between(text[0], form.first_from, form.first_to)) continue;
        if (text.size() < form.length) return 0;
        if (form.length > 1 && !is_between(text[1], form.second_from, form.second_to)) return 0;
        for (std::size_t i = 2; i < form.length; ++i) {
            if (!is_between(text[i], 0x80, 0xbf)) return 0;
        }
        return form.length;
    }
    return 0;
}

/// The harmful ones beyond ASCII, as bytes.
bool is_harmful(std::string_view character) {
    const auto starts = [&](std::string_view with) { return character.starts_with(with); };
    if (starts("\xc2")) return is_between(character[1], 0x80, 0x9f);  // C1
    if (starts("\xd8")) return is_between(character[1], 0x9c, 0x9c);  // U+061C
    if (starts("\xe2\x80"))
        return is_between(character[2], 0x8e, 0x8f) ||                    // U+200E, U+200F
               is_between(character[2], 0xa8, 0xae);                      // U+2028..202E
    if (starts("\xe2\x81")) return is_between(character[2], 0xa6, 0xa9);  // U+2066..2069
    return false;
}

/// Takes one written character off `rest`, its escape undone.
std::string take_character(std::string_view& rest) {
    std::size_t length = 1;
    std::string character(1, rest[0]);
    if (rest.starts_with("\\x") && rest.size() >= 4) {
        length = 4;
        character[0] = static_cast<char>(std::stoi(std::string(rest.substr(2, 2)), nullptr, 16));
    } else if (rest[0] == '\\' && rest.size() >= 2) {
        length = 2;
        character[0] = rest[1];
    }
    rest.remove_prefix(length);
    return character;
}

Word take_word(std::string_view& rest) {
    Word word(1);
    bool quoted = false;
    while (!rest.empty() && (quoted || rest[0] != ' ')) {
        if (rest[0] == '"') {
            quoted = !quoted;
            rest.remove_prefix(1);
        } else if (!quoted && rest[0] == '=') {
            word.emplace_back();
            rest.remove_prefix(1);
        } else {
            word.back() += take_character(rest);
        }
    }
    if (quoted) word = {"unfinished quote"};
    return word;
}

}  // namespace

const char* fault_of_line(std::string_view text) {
    if (!text.ends_with('\n')) return "no newline at its end";
    text.remove_suffix(1);
    while (!text.empty()) {
        if (is_between(text[0], 0x20, 0x7e)) {
            text.remove_prefix(1);
            continue;
        }
        const std::size_t length = character_length(text);
        if (length == 0) return "not valid UTF-8";
        if (is_between(text[0], 0, 0x1f) || text[0] == 0x7f) return "a control byte";
        if (is_harmful(text.substr(0, length))) return "a control character";
        text.remove_prefix(length);
    }
    return nullptr;
}

std::string read_back(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const std::size_t length = character_length(bytes);
        if (length > 0) {
            out += bytes.substr(0, length);
        } else {
            const auto byte = static_cast<std::uint8_t>(bytes[0]);
            out += static_cast<char>(0xc0 | byte >> 6);
            out += static_cast<char>(0x80 | (byte & 0x3f));
        }
        bytes.remove_prefix(length > 0 ? length : 1);
    }
    return out;
}

std::vector<Word> words_of(std::string_view line) {
    std::vector<Word> words;
    if (line.ends_with('\n')) line.remove_suffix(1);
    while (true) {
        while (line.starts_with(' ')) line.remove_prefix(1);
        if (line.empty()) return words;
        words.push_back(take_word(line));
    }
}

}  // namespace nflogd::fakes
