// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The tables of keys, one file each: root.cpp, sources.cpp, rules.cpp,
/// outputs.cpp, metrics.cpp, siem.cpp, socket.cpp, syslog.cpp, prefixes.cpp. And check.cpp, for
/// what only the whole can show.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/draft.hpp"
#include "config/node.hpp"
#include "config/reader.hpp"

namespace nflogd::config {

/// A whole document into the draft.
void read_root(const TreeNode& root, Draft& draft, Reader& reader);
void read_sources(const TreeNode& list, Draft& draft, Reader& reader);
void read_rules(const TreeNode& mapping, Draft& draft, Reader& reader);
void read_outputs(const TreeNode& list, Draft& draft, Reader& reader);
void read_prefixes(const TreeNode& list, Draft& draft, Reader& reader);
void read_metrics(const TreeNode& mapping, Draft& draft, Reader& reader);

/// The keys of outputs of type syslog (syslog.cpp).
[[nodiscard]] std::span<const Key<OutputDraft>> syslog_keys();
[[nodiscard]] std::span<const Key<OutputDraft>> journald_keys();
/// Those of type socket (socket.cpp).
[[nodiscard]] std::span<const Key<OutputDraft>> socket_keys();
/// kafka.cpp
[[nodiscard]] std::span<const Key<OutputDraft>> kafka_keys();

/// Those of any output that say what the formats for SIEMs print (siem.cpp).
[[nodiscard]] std::span<const Key<OutputDraft>> siem_keys();

void list_source_keys(const std::string& prefix, std::vector<std::string>& out);
void list_rules_keys(const std::string& prefix, std::vector<std::string>& out);
void list_output_keys(const std::string& prefix, std::vector<std::string>& out);
void list_prefix_keys(const std::string& prefix, std::vector<std::string>& out);
void list_metrics_keys(const std::string& prefix, std::vector<std::string>& out);

/// Checks entries against each other, puts in the defaults that depend on other
/// entries, and makes the configuration. `file` is named where no place can be.
Config finish(Draft draft, const std::string& file, std::vector<Problem>& problems);

}  // namespace nflogd::config
