// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdio>
#include <cstdlib>

#include "fuzz.hpp"

namespace nflogd::fuzz {

void require(bool kept, std::string_view promise, std::string_view seen) {
    if (kept) return;
    std::fprintf(stderr, "BROKEN PROMISE: %.*s\n", static_cast<int>(promise.size()),
                 promise.data());
    std::fwrite(seen.data(), 1, seen.size(), stderr);
    std::fputc('\n', stderr);
    std::abort();
}

}  // namespace nflogd::fuzz
