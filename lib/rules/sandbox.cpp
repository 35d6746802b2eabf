// SPDX-License-Identifier: GPL-2.0-or-later
#include "sandbox.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "core/fd.hpp"

namespace nflogd::rules {
namespace {

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool write_file(const char* path, std::string_view text) {
    const Fd file(::open(path, O_WRONLY | O_CLOEXEC));
    return file && write_all(file.get(), text);
}

/// Root in there is us out here; else programs lose their capabilities at exec.
bool enter_user_namespace() {
    const auto uid = std::to_string(::getuid());
    const auto gid = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER) != 0) return false;
    // /run/xtables.lock is root's; nobody else works in our namespace.
    ::setenv("XTABLES_LOCKFILE", "/dev/null", 1);
    // The network comes after the maps, or its files in /proc are not ours.
    return write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", "0 " + uid + " 1") &&
           write_file("/proc/self/gid_map", "0 " + gid + " 1") && ::unshare(CLONE_NEWNET) == 0;
}

bool enter_own_network() { return ::unshare(CLONE_NEWNET) == 0 || enter_user_namespace(); }

std::string read_to_end(int fd) {
    std::string text;
    std::array<char, 4096> chunk;
    while (true) {
        const auto got = ::read(fd, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

std::optional<std::string> in_own_network(const std::function<std::string()>& body) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    Fd reader(ends[0]);
    Fd writer(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return std::nullopt;
    if (child == 0) {
        const bool done = enter_own_network() && write_all(writer.get(), body());
        ::_exit(done ? 0 : 1);  // no destructor of the parent's may run twice
    }
    writer.reset();
    auto text = read_to_end(reader.get());
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
    return text;
}

}  // namespace nflogd::rules
