// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the files said so far, before it is checked as a whole: the structs of
/// Config, with the places that messages about two entries need.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace nflogd::config {

struct SourceDraft {
    NflogOptions options;
    std::vector<Location> groups_at;  ///< of each of options.groups; empty: not given
    std::uint16_t spread = 1;         ///< then options.groups holds that many
    Location spread_at;
    std::optional<std::uint16_t> priority_group;
    Location priority_group_at;
};

struct RuleDraft {
    LogRule rule;
    Location name_at;  ///< line 0: no name that could be read
    Location in_at;
    Location out_at;
    Location source_port_at;
    Location destination_port_at;
    Location limit_at;
    std::optional<Location> group_at;  ///< absent: not given
    bool sound = true;                 ///< nothing was wrong with it alone
};

/// A key that was given and means something to some formats only.
struct FormatKey {
    std::string_view name;
    std::vector<std::string_view> formats;
    Location where;
};

struct OutputDraft {
    OutputConfig output;
    Location name_at;
    Location path_at;
    std::vector<FormatKey> only_for;
    bool binary = false;  ///< its format is no text
    Location format_at;
    Location framing_at;  ///< line 0: not given, or something is wrong anyway
    Location tls_at;      ///< likewise
    Location spool_at;    ///< likewise
};

struct Draft {
    Config config;  ///< all but sources, rules.log and outputs
    std::vector<SourceDraft> sources;
    std::vector<RuleDraft> rules;
    std::vector<OutputDraft> outputs;
    bool rules_given = false;
    std::optional<Location> outputs_at;  ///< of the key
    bool sources_sound = true;           ///< all of what was written about sources was read
    bool outputs_sound = true;
};

}  // namespace nflogd::config
