// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Filters as options of a command line: each is one test of the language of filters.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace nflogd::filter {

struct FlagRow {
    std::string_view flag;   ///< "--from-ip"
    std::string_view field;  ///< as expressions name it
    std::string_view value;  ///< what it takes, for a help text
    std::string_view help;
    bool is_text = false;  ///< any bytes, else a word of the language
};

/// All there are, in the order of a help text.
[[nodiscard]] std::span<const FlagRow> flag_rows();

/// One as it was given.
struct Flag {
    const FlagRow* row = nullptr;
    std::string value;  ///< several are parted by commas
    bool negated = false;
};

/// The expression for which a packet must fit one value of each flag that was given, and
/// none of each that was given negated; empty for no flags. Errors (EX_USAGE) name the flag.
Result<std::string> filter_of(std::span<const Flag> flags);

/// Both must hold; either may be empty.
[[nodiscard]] std::string both(const std::string& one, const std::string& other);

}  // namespace nflogd::filter
