// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Which packets: an expression over the fields of a record. docs/filter.md has the
/// language. Parsed once; matching allocates nothing, does not recurse, and does a
/// number of steps that the parser has limited. Immutable: any thread may match.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "core/record.hpp"
#include "core/result.hpp"
#include "filter/program.hpp"

namespace nflogd::filter {

class Filter {
public:
    /// An empty text matches everything. Errors (EX_USAGE) say where: "column 12: …", counted in
    /// bytes from 1.
    static Result<Filter> parse(std::string_view text);

    [[nodiscard]] bool matches(const Record& record, const Labels& labels) const;

private:
    explicit Filter(Program program) : program_(std::move(program)) {}

    Program program_;
};

}  // namespace nflogd::filter
