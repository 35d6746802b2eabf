// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/options.hpp"

namespace nflogd {

std::string to_string(const Location& where) {
    return where.file + ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
}

}  // namespace nflogd
