// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Sees to it that installed rules stay installed: looks when something was
/// reported or is due, and puts back what is missing. For the main loop: poll
/// fd(), call tick() when it is readable or deadline() has come.
///
/// Looks at most every kPause, and after a restore not before kPauseAfterRestore:
/// a program that removes our rules again and again gets a bounded fight. One
/// thread; must not outlive the ruleset.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "rules.hpp"
#include "watch.hpp"

namespace nflogd::rules {

/// What tick() found and did.
struct GuardNews {
    std::string missing;           ///< what was gone; told once until all is back
    bool restored = false;         ///< all is there again
    std::optional<Error> failure;  ///< looking or putting back; told once, tried again
};

class Guard {
public:
    static constexpr std::chrono::milliseconds kPause{100};
    static constexpr std::chrono::milliseconds kPauseAfterRestore{300};
    static constexpr std::chrono::milliseconds kPauseAfterFailure{500};

    Guard(Ruleset& ruleset, Watch watch, const Clock& clock)
        : ruleset_(ruleset), watch_(std::move(watch)), clock_(clock) {}

    /// -1: nothing to poll.
    [[nodiscard]] int fd() const { return watch_.fd(); }

    /// When to call tick() although fd() is quiet (Clock::monotonic()); absent: never.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const { return due_; }

    /// Never blocks but for the backend's own time to list and install.
    GuardNews tick();

private:
    void look(GuardNews& news);
    void restore(GuardNews& news);
    void fail(const Error& error, GuardNews& news);
    void look_again(std::chrono::nanoseconds pause);

    Ruleset& ruleset_;
    Watch watch_;
    const Clock& clock_;
    /// First look: at once, for what happened before we listened.
    std::optional<std::chrono::nanoseconds> due_{std::chrono::nanoseconds{0}};
    std::chrono::nanoseconds not_before_{0};
    bool missing_ = false;  ///< and told
    bool failing_ = false;  ///< and told
};

}  // namespace nflogd::rules
