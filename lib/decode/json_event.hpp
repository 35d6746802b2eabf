// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Lines of the format `json` that are no packets, back to the events they tell of.
/// Included only where simdjson is.
#pragma once

#include <simdjson.h>

#include "core/event.hpp"

namespace nflogd::decode {

/// `document` is at its start. False if it is not what we write of a Ledger; members
/// that we do not know are left out.
bool read_ledger(simdjson::ondemand::document& document, Ledger& out);
/// Likewise; every member that is a text becomes a detail.
bool read_lifecycle(simdjson::ondemand::document& document, Lifecycle& out);

}  // namespace nflogd::decode
