// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Lines from a connected socket, without waiting for them. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/fd.hpp"
#include "source/line_blocks.hpp"

namespace nflogd::daemon {

class LineSocket {
public:
    explicit LineSocket(Fd fd);

    [[nodiscard]] int fd() const { return state_->fd.get(); }
    /// Whole lines, as source::LineBlocks::next(); nothing: none are there now, or
    /// has_ended().
    std::optional<std::string_view> next();
    [[nodiscard]] bool has_ended() const { return state_->ended; }

private:
    struct State {
        Fd fd;
        bool ended = false;
    };
    class Stream;

    std::shared_ptr<State> state_;
    std::unique_ptr<source::LineBlocks> lines_;
};

}  // namespace nflogd::daemon
