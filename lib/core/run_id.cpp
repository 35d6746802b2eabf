// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/run_id.hpp"

#include <chrono>
#include <fstream>

#include "core/time.hpp"

namespace nflogd {

RunId new_run_id(const std::string& boot_id) {
    using std::chrono::microseconds;
    RunId id;
    std::ifstream(boot_id) >> id.boot;
    if (id.boot.find_first_not_of("0123456789abcdef-") != std::string::npos) id.boot.clear();
    const auto now = std::chrono::duration_cast<microseconds>(system_clock().monotonic());
    id.start = std::to_string(now.count());
    return id;
}

}  // namespace nflogd
