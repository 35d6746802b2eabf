// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace nflogd::decode {

struct Recorded {
    std::string fixture;
    std::vector<std::string> records;  ///< as describe() tells them
};

/// Reads each fixture and compares all of its records.
void check_recorded(const std::vector<Recorded>& rows);

}  // namespace nflogd::decode
