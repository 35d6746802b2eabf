// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Repairs that are a change of the configuration: an editor at the right line.
#pragma once

#include <utility>
#include <vector>

#include "finding.hpp"
#include "machine.hpp"

namespace nflogd::doctor {

/// <file> and <line> of such a repair, and further blanks, which stand in a comment.
[[nodiscard]] inline std::vector<Blank> edit_at(const Machine& machine, const Location& where,
                                                std::vector<Blank> more = {}) {
    const bool known = where.line > 0 && !machine.wanted.config_file.empty();
    const std::string& given = machine.wanted.config_file;
    for (Blank& blank : more) blank.kind = Blank::Kind::text;
    more.push_back({"line", std::to_string(known ? where.line : 1)});
    more.push_back({"file", known           ? where.file
                            : given.empty() ? "/etc/nflogd/nflogd.yaml"
                                            : given});
    return more;
}

}  // namespace nflogd::doctor
