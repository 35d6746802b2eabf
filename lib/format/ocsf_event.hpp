// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What documents of the Open Cybersecurity Schema Framework have in common, and
/// those of ledger and lifecycle records.
#pragma once

#include <string>
#include <string_view>

#include "core/event.hpp"

namespace nflogd::format {

/// `,"metadata":{…` without its last brace.
[[nodiscard]] std::string ocsf_metadata(std::string_view version);

/// `,"device":{…}`. `host` is escaped already.
[[nodiscard]] std::string ocsf_device(std::string_view host);

/// Class, category and type of an event that has no class of its own (Base Event,
/// activity Other), in the order of the documents, with a brace before them.
inline constexpr std::string_view kOcsfBaseEvent =
    R"({"category_uid":0,"category_name":"Uncategorized","class_uid":0,)"
    R"("class_name":"Base Event","activity_id":99,"activity_name":"Other","type_uid":99,)"
    R"("type_name":"Base Event: Other")";

/// Appends the line.
void write_ocsf_event(const Event& event, std::string_view metadata, std::string_view device,
                      std::string& out);

}  // namespace nflogd::format
