// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/lexer.hpp"

#include <algorithm>

namespace nflogd::filter {
namespace {

/// The longer ones first.
constexpr std::string_view kSymbols[] = {"==", "!=", "<=", ">=", "&&", "||", "<",
                                         ">",  "!",  "(",  ")",  "{",  "}",  ","};

/// Not std::isalnum: that of a locale takes more.
bool is_word(char byte) {
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool digit = byte >= '0' && byte <= '9';
    return letter || digit || std::string_view("_.:/*+-@").find(byte) != std::string_view::npos;
}

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

/// What may stand behind a backslash.
bool is_escapable(char byte) { return byte == '\\' || byte == '"' || byte == '\'' || byte == '*'; }

}  // namespace

Token Lexer::next() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_ == text_.size()) return {Token::Kind::end, {}, at_};
    if (is_word(text_[at_])) return word();
    if (text_[at_] == '"' || text_[at_] == '\'') return quoted();
    return symbol();
}

Token Lexer::word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return {Token::Kind::word, text_.substr(start, at_ - start), start};
}

Token Lexer::quoted() {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    for (; at_ < text_.size(); ++at_) {
        if (text_[at_] == quote) {
            ++at_;
            return {Token::Kind::quoted, text_.substr(start + 1, at_ - start - 2), start};
        }
        if (text_[at_] != '\\') continue;
        if (++at_ == text_.size()) break;
        if (!is_escapable(text_[at_])) {
            return {Token::Kind::bad, R"(a backslash takes one of \ " ' * behind it)", at_ - 1};
        }
    }
    return {Token::Kind::bad, "this quote is never closed", start};
}

Token Lexer::symbol() {
    const std::string_view rest = text_.substr(at_);
    const auto* const found =
        std::find_if(std::begin(kSymbols), std::end(kSymbols),
                     [&](std::string_view one) { return rest.starts_with(one); });
    if (found != std::end(kSymbols)) {
        at_ += found->size();
        return {Token::Kind::symbol, *found, at_ - found->size()};
    }
    switch (rest[0]) {
        case '=': return {Token::Kind::bad, "'=' is no comparison: write ==", at_};
        case '&': return {Token::Kind::bad, "'&' is nothing here: write && or 'and'", at_};
        case '|': return {Token::Kind::bad, "'|' is nothing here: write || or 'or'", at_};
        default: return {Token::Kind::bad, "this byte stands in quotes only", at_};
    }
}

}  // namespace nflogd::filter
