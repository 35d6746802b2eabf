// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// An expression as words, quoted texts and signs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace nflogd::filter {

struct Token {
    enum class Kind : std::uint8_t { end, word, text, sign };
    Kind kind = Kind::end;
    std::string value;       ///< a text without its quotes and backslashes
    std::size_t column = 1;  ///< in bytes, from 1

    [[nodiscard]] bool is_sign(std::string_view sign) const {
        return kind == Kind::sign && value == sign;
    }
    [[nodiscard]] bool is_word(std::string_view word) const {
        return kind == Kind::word && value == word;
    }
};

/// "column N: message" (EX_USAGE).
[[nodiscard]] Error error_at(std::size_t column, const std::string& message);

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    /// Kind::end for ever at the end. Errors: a text without its end, a byte that is
    /// nothing.
    Result<Token> next();

private:
    Result<Token> quoted();
    [[nodiscard]] std::size_t column() const { return at_ + 1; }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace nflogd::filter
