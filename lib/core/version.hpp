// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Which nflogd this is, for records that name their maker.
#pragma once

#include <string_view>

namespace nflogd {

/// "0.1.0". Lives as long as the program.
[[nodiscard]] std::string_view program_version();

}  // namespace nflogd
