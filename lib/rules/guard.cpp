// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.hpp"

#include <algorithm>

namespace nflogd::rules {

GuardNews Guard::tick() {
    GuardNews news;
    const auto now = clock_.monotonic();
    if (watch_.changed()) due_ = std::max(now, not_before_);
    if (!due_ || *due_ > now) return news;
    due_.reset();
    look_again(kPause);
    look(news);
    if (!due_ && watch_.poll_interval()) due_ = clock_.monotonic() + *watch_.poll_interval();
    return news;
}

void Guard::look(GuardNews& news) {
    const auto what = ruleset_.missing();
    if (!what) return fail(what.error(), news);
    if (what->empty()) {
        news.restored = std::exchange(missing_, false);
        failing_ = false;
        return;
    }
    if (!std::exchange(missing_, true)) news.missing = *what;
    restore(news);
}

void Guard::restore(GuardNews& news) {
    if (const auto status = ruleset_.restore(); !status) return fail(status.error(), news);
    missing_ = false;
    failing_ = false;
    news.restored = true;
    look_again(kPauseAfterRestore);
}

void Guard::fail(const Error& error, GuardNews& news) {
    if (!std::exchange(failing_, true)) news.failure = error;
    look_again(kPauseAfterFailure);
    due_ = not_before_;
}

void Guard::look_again(std::chrono::nanoseconds pause) { not_before_ = clock_.monotonic() + pause; }

}  // namespace nflogd::rules
