// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The worker process: confines itself, then runs until the keeper tells it to
/// end, or is gone.
#pragma once

#include "pipeline/worker.hpp"

namespace nflogd::daemon {

/// In the forked child. Returns the exit code; what went wrong was told.
int work(const pipeline::WorkerPlan& plan, pipeline::Channel channel);

}  // namespace nflogd::daemon
