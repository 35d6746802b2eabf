// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/options.hpp"

#include <numeric>

namespace nflogd {

std::string to_string(const Location& where) {
    return where.file + ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
}

std::vector<std::uint16_t> groups_of(const LogRule& rule) {
    std::vector<std::uint16_t> groups(rule.spread);
    std::iota(groups.begin(), groups.end(), rule.group);
    return groups;
}

}  // namespace nflogd
