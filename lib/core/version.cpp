// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/version.hpp"

namespace nflogd {

std::string_view program_version() { return NFLOGD_VERSION; }

}  // namespace nflogd
