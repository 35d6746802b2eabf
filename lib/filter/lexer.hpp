// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// An expression's text as tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nflogd::filter {

struct Token {
    enum class Kind : std::uint8_t {
        end,
        word,    ///< letters, digits and _ . : / * + - @, all ASCII
        quoted,  ///< `text` without its quotes, backslashes as they are written
        symbol,  ///< == != < <= > >= && || ! ( ) { } ,
        bad,     ///< `text` says what is wrong
    };
    Kind kind = Kind::end;
    std::string_view text;
    std::size_t at = 0;  ///< byte in the expression, from 0
};

class Lexer {
public:
    /// `text` must outlive the tokens.
    explicit Lexer(std::string_view text) : text_(text) {}

    Token next();

private:
    Token word();
    Token quoted();
    Token symbol();

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace nflogd::filter
