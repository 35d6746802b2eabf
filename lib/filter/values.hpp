// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The values that a field is compared with.
#pragma once

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "filter/lexer.hpp"
#include "filter/program.hpp"

namespace nflogd::filter {

/// Those of one comparison; of what kind says the field's type.
struct Values {
    std::vector<Range<std::uint64_t>> numbers;
    std::vector<Range<Address>> addresses;
    std::vector<Pattern> patterns;
    std::uint16_t flags = 0;
};

/// The largest number that the field can be.
[[nodiscard]] std::uint64_t largest(const Operand& operand);

/// Whether < and > make sense.
[[nodiscard]] bool is_ordered(FieldType type);

/// Reads a word or quoted text as a value of the field. The error is what is wrong
/// with it.
Status add_value(const Operand& operand, const Token& token, Values& values);

/// Puts ranges in order and joins those that touch.
void normalise(Values& values);

}  // namespace nflogd::filter
