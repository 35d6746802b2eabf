// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The worker as the keeper sees it: a forked child and the channel to it. One
/// thread; the process that forks must have no other.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/fd.hpp"
#include "core/result.hpp"
#include "pipeline/channel.hpp"

namespace nflogd::pipeline {

/// How a process ended.
struct Exit {
    int code = 0;    ///< exit status; 0 if a signal killed it
    int signal = 0;  ///< 0 if it exited by itself
    [[nodiscard]] bool clean() const { return code == 0 && signal == 0; }
};
/// "exit code 73", "signal 9 (Killed)"
[[nodiscard]] std::string to_string(const Exit& exit);

class WorkerProcess {
public:
    /// Runs `body` in a child; what it returns is the exit code. Of all
    /// descriptors the child keeps only its end of the channel, the standard ones
    /// and `keep`.
    static Result<WorkerProcess> start(const std::function<int(Channel)>& body,
                                       std::vector<int> keep);
    /// Kills it, if it still runs.
    ~WorkerProcess();
    WorkerProcess(WorkerProcess&&) = default;
    WorkerProcess& operator=(WorkerProcess&&) = default;

    [[nodiscard]] Channel& channel() { return channel_; }
    [[nodiscard]] int channel_fd() const { return channel_.fd(); }
    [[nodiscard]] int pid() const { return pid_; }
    /// Becomes readable when the process ends.
    [[nodiscard]] int fd() const { return pidfd_.get(); }
    /// How it ended; nothing while it runs.
    [[nodiscard]] const std::optional<Exit>& ended();
    /// Blocks until it ended or sent something, at most so long.
    void wait(std::chrono::milliseconds timeout) const;
    void kill();

private:
    WorkerProcess(int pid, Fd pidfd, Channel channel)
        : pid_(pid), pidfd_(std::move(pidfd)), channel_(std::move(channel)) {}

    int pid_;
    Fd pidfd_;
    Channel channel_;
    std::optional<Exit> exit_;
};

}  // namespace nflogd::pipeline
