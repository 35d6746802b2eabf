// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/lexer.hpp"

#include <fmt/format.h>

#include <array>

#include "core/text.hpp"

namespace nflogd::filter {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
/// Longer ones before those that they begin with.
constexpr std::array<std::string_view, 15> kSigns = {"==", "!=", "<=", ">=", "&&", "||", "<", ">",
                                                     "=",  "!",  "(",  ")",  "{",  "}",  ","};

bool is_of_word(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("_.:/*-+@%").find(c) != std::string_view::npos;
}

}  // namespace

Error error_at(std::size_t column, const std::string& message) {
    return {fmt::format("column {}: {}", column, message), EX_USAGE};
}

Result<Token> Lexer::next() {
    at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size());
    const std::string_view rest = text_.substr(at_);
    if (rest.empty()) return Token{Token::Kind::end, {}, column()};
    if (rest[0] == '"' || rest[0] == '\'') return quoted();
    for (const std::string_view sign : kSigns) {
        if (!rest.starts_with(sign)) continue;
        const Token token{Token::Kind::sign, std::string(sign), column()};
        at_ += sign.size();
        return token;
    }
    std::size_t length = 0;
    while (length < rest.size() && is_of_word(rest[length])) ++length;
    if (length == 0) {
        return error_at(column(), fmt::format("{} is nothing here; texts stand in quotes",
                                              quote(rest.substr(0, 1))));
    }
    const Token token{Token::Kind::word, std::string(rest.substr(0, length)), column()};
    at_ += length;
    return token;
}

Result<Token> Lexer::quoted() {
    Token token{Token::Kind::text, {}, column()};
    const char end = text_[at_++];
    while (at_ < text_.size() && text_[at_] != end) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        token.value += text_[at_++];
    }
    if (at_ >= text_.size()) return error_at(token.column, "this text has no end");
    ++at_;
    return token;
}

}  // namespace nflogd::filter
