// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Opens recorded input of whatever kind it is.
#pragma once

#include <memory>
#include <string>

#include "core/result.hpp"
#include "source/source.hpp"

namespace nflogd::source {

/// A file, a FIFO, or standard input for "-". What it holds is seen from its
/// first bytes, not from its name. EX_DATAERR, with a message that names the
/// file, if it cannot be opened or is nothing that can be read.
Result<std::unique_ptr<Input>> open_input(const std::string& path);

}  // namespace nflogd::source
