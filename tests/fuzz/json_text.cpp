// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_text.hpp"

#include <nlohmann/json.hpp>

namespace nflogd::fuzz {

bool is_json_object(std::string_view text) {
    return text.starts_with('{') && nlohmann::json::accept(text);
}

}  // namespace nflogd::fuzz
