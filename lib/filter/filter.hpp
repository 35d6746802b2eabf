// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Expressions over the fields of a record: which packets an output takes. The
/// language is explained in docs/filter.md; its fields are those of fields.def.
///
/// An expression becomes a list of tests, each of which says where to go on if it
/// holds and if it does not, always forward. So evaluation is a loop that ends, with
/// no stack and no allocation, however the expression is nested.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "core/labels.hpp"
#include "core/record.hpp"
#include "core/result.hpp"
#include "filter/program.hpp"

namespace nflogd::filter {

/// Bounds of one expression: bytes, comparisons, parentheses inside each other.
inline constexpr std::size_t kMaxText = 4096;
inline constexpr std::size_t kMaxTests = 256;
inline constexpr std::size_t kMaxDepth = 32;

/// What is wrong with an expression, at which of its bytes, counted from 1.
struct Mistake {
    std::size_t column = 0;
    std::string message;
};

class Filter {
public:
    /// Takes every packet.
    Filter() = default;
    explicit Filter(Program program) : program_(std::move(program)) {}

    /// Any number of threads. `labels` knows the record's rule.
    [[nodiscard]] bool matches(const Record& record, const Labels& labels) const;

private:
    Program program_;
};

/// The filter that `text` describes, or the first thing that is wrong with it. The
/// message is one harmless line, whatever the text.
[[nodiscard]] std::variant<Filter, Mistake> compile(std::string_view text);

/// The same; the error is "column N of the filter: …", EX_USAGE.
[[nodiscard]] Result<Filter> parse(std::string_view text);

}  // namespace nflogd::filter
