// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The words of a test: which field, and the values that it is compared with.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "filter/lexer.hpp"
#include "filter/program.hpp"

namespace nflogd::filter {

/// The fields that a name stands for: one, or both sides for `ip`, `port`, `mac` and
/// `iface`. "inner." before it means the quoted packet.
Result<std::vector<FieldRef>> find_fields(const Token& name);

/// How values of that type are kept; nothing for a type that is only there or not.
[[nodiscard]] std::optional<TestKind> kind_of(FieldType type);

/// Each adds one value to the program. Errors say what is wrong with the value.
Status add_number(const FieldRow& row, const Token& value, Program& program);
Status add_prefix(const FieldRow& row, const Token& value, Program& program);
Status add_text(const FieldRow& row, const Token& value, Program& program);

}  // namespace nflogd::filter
