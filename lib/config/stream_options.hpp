// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Mappings that outputs over a connection share: `tls` and `spool`.
#pragma once

#include <string>
#include <vector>

#include "config/node.hpp"
#include "config/reader.hpp"
#include "core/options.hpp"

namespace nflogd::config {

void read_tls(const TreeNode& mapping, TlsOptions& tls, Reader& reader);
void list_tls_keys(const std::string& prefix, std::vector<std::string>& out);

void read_spool(const TreeNode& mapping, SpoolOptions& spool, Reader& reader);
void list_spool_keys(const std::string& prefix, std::vector<std::string>& out);

/// How often written data is made durable: a duration, "never" (0) or "always"
/// (negative).
[[nodiscard]] Result<std::chrono::milliseconds> parse_sync(std::string_view text);

}  // namespace nflogd::config
