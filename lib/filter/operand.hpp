// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Names in an expression, and the fields they mean. The names are those of
/// fields.def, and a few that mean either of two fields.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filter/program.hpp"

namespace nflogd::filter {

/// One field, or two of one type.
struct Subject {
    std::array<Operand, 2> operand;
    std::uint8_t operands = 1;
};

/// Nothing if there is no such field. "inner.NAME" is a header of the quoted packet.
[[nodiscard]] std::optional<Subject> find_subject(std::string_view name);

/// Every name but those with "inner.", in the order of records.
[[nodiscard]] std::vector<std::string_view> subject_names();

/// What to say of a name that means nothing.
[[nodiscard]] std::string unknown_subject(std::string_view name);

}  // namespace nflogd::filter
