// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/worker_process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <system_error>

#include "core/log.hpp"

namespace nflogd::pipeline {
namespace {

/// A descriptor of the keeper's must not live on in the worker: the nftables
/// table would stay when the keeper ends.
void close_all_but(std::vector<int> keep) {
    std::sort(keep.begin(), keep.end());
    unsigned first = STDERR_FILENO + 1;
    for (const int fd : keep) {
        const auto number = static_cast<unsigned>(fd);
        if (number < first) continue;
        if (number > first) ::close_range(first, number - 1, 0);
        first = number + 1;
    }
    ::close_range(first, ~0U, 0);
}

/// No exception may lead the child back into the keeper's code.
int guarded(const std::function<int(Channel)>& body, Channel channel) {
    try {
        return body(std::move(channel));
    } catch (const std::system_error& error) {  // a thread that cannot be started
        log::error(std::string("worker process: ") + error.what());
        return EX_OSERR;
    } catch (const std::exception& error) {
        log::error(std::string("worker process: internal error: ") + error.what());
        return EX_SOFTWARE;
    }
}

}  // namespace

std::string to_string(const Exit& exit) {
    if (exit.signal == 0) return fmt::format("exit code {}", exit.code);
    return fmt::format("signal {} ({})", exit.signal, ::strsignal(exit.signal));
}

Result<WorkerProcess> WorkerProcess::start(const std::function<int(Channel)>& body,
                                           std::vector<int> keep) {
    auto channels = Channel::make();
    if (!channels) return channels.error();
    auto& [ours, theirs] = *channels;
    const pid_t pid = ::fork();
    if (pid < 0) return system_error(errno, "starting the worker process");
    if (pid == 0) {
        keep.push_back(theirs.fd());
        close_all_but(std::move(keep));
        ::_exit(guarded(body, std::move(theirs)));
    }
    // glibc 2.36 declares pidfd_open() without C linkage.
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) {
        const Error error = system_error(errno, "pidfd_open");
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return error;
    }
    return WorkerProcess(pid, std::move(pidfd), std::move(ours));
}

WorkerProcess::~WorkerProcess() {
    if (!pidfd_ || ended()) return;
    kill();
    ::waitpid(pid_, nullptr, 0);
}

const std::optional<Exit>& WorkerProcess::ended() {
    int status = 0;
    if (exit_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return exit_;
    exit_ = WIFSIGNALED(status) ? Exit{0, WTERMSIG(status)} : Exit{WEXITSTATUS(status), 0};
    return exit_;
}

void WorkerProcess::wait(std::chrono::milliseconds timeout) const {
    std::array<pollfd, 2> fds = {pollfd{fd(), POLLIN, 0}, pollfd{channel_.fd(), POLLIN, 0}};
    ::poll(fds.data(), fds.size(), static_cast<int>(timeout.count()));
}

void WorkerProcess::kill() { ::kill(pid_, SIGKILL); }

}  // namespace nflogd::pipeline
