// SPDX-License-Identifier: GPL-2.0-or-later
#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "memory_file.hpp"

namespace nflogd::rules {
namespace {

constexpr std::array<std::string_view, 5> kDirectories = {"/usr/sbin/", "/sbin/", "/usr/bin/",
                                                          "/bin/", "/usr/local/sbin/"};

std::string find_program(const std::string& name) {
    for (const auto directory : kDirectories)
        if (auto path = std::string(directory) + name; ::access(path.c_str(), X_OK) == 0)
            return path;
    return "";
}

/// Passed on: which lock file iptables-legacy uses.
constexpr const char* kLockFile = "XTABLES_LOCKFILE";

std::vector<std::string> environment() {
    std::vector<std::string> variables = {"PATH=/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C"};
    if (const char* value = std::getenv(kLockFile))
        variables.push_back(std::string(kLockFile) + '=' + value);
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// posix_spawn's two descriptions of the child, destroyed with it.
class SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        // Ctrl-C at the daemon's terminal goes to the whole group, but is the daemon's.
        sigset_t signals;
        ::sigemptyset(&signals);
        for (const int ours : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, ours);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        ::sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    void give(const Fd& file, int as) {
        ::posix_spawn_file_actions_adddup2(&actions_, file.get(), as);
    }

    /// Whoever opened a descriptor without CLOEXEC did not open it for programs.
    void close_others() {
#if __GLIBC_PREREQ(2, 34)
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#endif
    }

    /// errno, 0 if it runs.
    int spawn(pid_t& pid, const std::string& path, std::vector<std::string> argv) {
        auto variables = environment();
        return ::posix_spawn(&pid, path.c_str(), &actions_, &attributes_, pointers(argv).data(),
                             pointers(variables).data());
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

Result<int> exit_code_of(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return system_error(errno, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Result<ProcessResult> collect(pid_t pid, const Fd& out, const Fd& err) {
    const auto code = exit_code_of(pid);
    if (!code) return code.error();
    auto out_text = read_whole(out);
    auto err_text = read_whole(err);
    if (!out_text) return out_text.error();
    if (!err_text) return err_text.error();
    return ProcessResult{*code, std::move(*out_text), std::move(*err_text)};
}

}  // namespace

Result<ProcessResult> run_program(const std::vector<std::string>& argv, std::string_view input) {
    const auto path = find_program(argv.front());
    if (path.empty()) return Error{argv.front() + ": no such program", EX_UNAVAILABLE};
    auto in = memory_file(input);
    auto out = memory_file("");
    auto err = memory_file("");
    for (const auto* file : {&in, &out, &err})
        if (!*file) return file->error();
    SpawnPlan plan;
    plan.give(*in, STDIN_FILENO);
    plan.give(*out, STDOUT_FILENO);
    plan.give(*err, STDERR_FILENO);
    plan.close_others();
    pid_t pid = -1;
    if (const int error = plan.spawn(pid, path, argv); error != 0) return system_error(error, path);
    return collect(pid, *out, *err);
}

}  // namespace nflogd::rules
