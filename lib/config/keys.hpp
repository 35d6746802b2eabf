// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The tables of keys as text, for whatever must agree with them: the schema,
/// the documentation, the example.
#pragma once

#include <string>
#include <vector>

namespace nflogd::config {

/// Every key that a configuration may have, as "outputs[].rotate.size"; sorted.
[[nodiscard]] std::vector<std::string> known_keys();

}  // namespace nflogd::config
