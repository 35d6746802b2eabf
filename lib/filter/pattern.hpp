// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A text in which `*` stands for any bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nflogd::filter {

class Pattern {
public:
    /// `text` as it is written: `*` is a wildcard, a backslash takes the meaning from
    /// what follows it.
    explicit Pattern(std::string_view text);

    /// Takes time by the product of both lengths at worst, no memory.
    [[nodiscard]] bool matches(std::string_view text) const;

private:
    std::vector<std::string> pieces_;  ///< what stands between wildcards; one: there is none
};

}  // namespace nflogd::filter
