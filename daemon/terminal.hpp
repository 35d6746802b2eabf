// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The terminal that the live screen is drawn on; all that knows ncurses. One thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "screen/screen.hpp"
#include "screen/state.hpp"

namespace nflogd::daemon {

/// Whether the locale has more than ASCII.
[[nodiscard]] bool is_unicode();

class Terminal {
public:
    /// Whether standard output is a terminal. EX_USAGE.
    static Status check();

    /// Takes the terminal of standard output until it is destroyed. Keys come from
    /// standard input or, where that is none, from /dev/tty. Call setlocale(3) before.
    /// Errors: EX_USAGE if there is no terminal, or TERM names none that is known.
    static Result<std::unique_ptr<Terminal>> open();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] screen::Size size() const;
    /// Whether its locale has more than ASCII.
    [[nodiscard]] bool unicode() const { return unicode_; }
    void show(const std::vector<screen::Line>& lines);

    /// The next key; nothing when the time is over, the size has changed or a signal has
    /// come.
    std::optional<screen::Key> read(std::chrono::milliseconds patience);
    /// Nobody sits there any more.
    [[nodiscard]] bool gone() const;

private:
    struct Parts;
    explicit Terminal(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
    bool unicode_;
};

}  // namespace nflogd::daemon
