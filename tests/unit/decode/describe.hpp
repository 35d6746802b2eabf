// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Records as text, so that a test compares all that is there, and what is not.
#pragma once

#include <string>

#include "core/record.hpp"

namespace nflogd::decode {

/// "name=value" of every field present, in the order of fields.def, separated by
/// spaces; text in quotes, then "inner{...}" if the record quotes a packet.
/// The time is left out.
std::string describe(const Record& record);

/// The same of the packet's transport header and what is wrong: from src_port
/// on, with the protocol in front.
std::string describe_transport(const Record& record);

std::string describe(const Headers& headers);

}  // namespace nflogd::decode
