// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/escape.hpp"

#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "catch.hpp"
#include "records.hpp"

using namespace nflogd;
using format::json_text;

namespace {

std::string plain_text(std::string_view text) {
    std::vector<char> buffer(text.size() * format::kMaxEscaped + 1);
    format::Writer writer(buffer.data());
    format::write_plain_text(writer, text);
    return {buffer.data(), writer.position()};
}

bool is_utf8(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::ignore) ==
           nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What a reader gets back: valid UTF-8 as it was, any other byte as U+0080..U+00FF.
std::string decoded(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t length = 0;
        for (std::size_t i = 1; i <= 4 && i <= text.size() && length == 0; ++i) {
            if (is_utf8(std::string(text.substr(0, i)))) length = i;
        }
        if (length > 0) {
            out += text.substr(0, length);
        } else {
            const auto byte = static_cast<unsigned char>(text[0]);
            out += static_cast<char>(0xc0 | byte >> 6);
            out += static_cast<char>(0x80 | (byte & 0x3f));
        }
        text.remove_prefix(length > 0 ? length : 1);
    }
    return out;
}

}  // namespace

TEST_CASE("what is harmless passes") {
    REQUIRE(json_text("DROP wan->lan [1] 100%") == "DROP wan->lan [1] 100%");
    REQUIRE(json_text("größe ☃ 𐍈") == "größe ☃ 𐍈");
    REQUIRE(plain_text("größe ☃ 𐍈") == "größe ☃ 𐍈");
}

TEST_CASE("what could forge a field or a line is escaped") {
    REQUIRE(json_text("a\"b\\c") == "a\\\"b\\\\c");
    REQUIRE(json_text("a\nb\r\t\x1b[0m\x7f") == "a\\u000ab\\u000d\\u0009\\u001b[0m\\u007f");
    REQUIRE(json_text("\u0085\u009b\u2028\u2029") == "\\u0085\\u009b\\u2028\\u2029");
    REQUIRE(plain_text("a\nb\x1b\\") == "a\\x0ab\\x1b\\\\");
    REQUIRE(plain_text("\u009b") == "\\xc2\\x9b");
}

TEST_CASE("a byte that is no UTF-8 becomes its value") {
    REQUIRE(json_text("\xff\xfe") == "\\u00ff\\u00fe");
    REQUIRE(json_text("\xc0\xaf") == "\\u00c0\\u00af");  // overlong
    REQUIRE(json_text("\xe0\x80\x80") == "\\u00e0\\u0080\\u0080");
    REQUIRE(json_text("\xed\xa0\x80") == "\\u00ed\\u00a0\\u0080");  // surrogate
    REQUIRE(json_text("\xf4\x90\x80\x80") == "\\u00f4\\u0090\\u0080\\u0080");
    REQUIRE(json_text("\xe2\x98") == "\\u00e2\\u0098");  // cut off
    REQUIRE(json_text("\xe2\x98x") == "\\u00e2\\u0098x");
    REQUIRE(plain_text("\xff") == "\\xff");
}

TEST_CASE("random bytes stay on one line, parse, and never grow past the bound") {
    std::mt19937 random(7);
    for (int i = 0; i < 3000; ++i) {
        std::string text(random() % 40, '\0');
        for (char& c : text) c = static_cast<char>(random());
        const std::string escaped = json_text(text);
        REQUIRE(escaped.size() <= text.size() * format::kMaxEscaped);
        const auto parsed = nlohmann::json::parse('"' + escaped + '"');
        REQUIRE(fakes::is_printable(escaped));
        REQUIRE(fakes::is_printable(plain_text(text)));
        REQUIRE(parsed == decoded(text));
    }
}
