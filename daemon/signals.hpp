// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Signals as readable events of the main loop.
#pragma once

#include <initializer_list>

#include "core/fd.hpp"
#include "core/result.hpp"

namespace nflogd::daemon {

class Signals {
public:
    /// Blocks these signals for this thread and those it starts later.
    static Result<Signals> block(std::initializer_list<int> signals);

    [[nodiscard]] int fd() const { return fd_.get(); }
    /// The next signal that has arrived, 0 if there is none.
    int next();

private:
    explicit Signals(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

}  // namespace nflogd::daemon
