// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace nflogd::fuzz {

/// Whether `text` is one JSON object (RFC 8259), as another parser sees it.
bool is_json_object(std::string_view text);

}  // namespace nflogd::fuzz
