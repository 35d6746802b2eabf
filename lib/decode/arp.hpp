// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// RFC 826.
#pragma once

#include "core/cursor.hpp"
#include "core/record.hpp"

namespace nflogd::decode {

/// Reads the ARP packet that `packet` starts with; padding may follow it. Only
/// those for Ethernet and IPv4 have addresses that a record can hold.
void decode_arp(Bytes packet, Record& record);

}  // namespace nflogd::decode
