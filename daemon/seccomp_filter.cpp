// SPDX-License-Identifier: GPL-2.0-or-later
#include "seccomp_filter.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sysexits.h>

#include <array>
#include <cerrno>
#include <memory>
#include <set>

namespace nflogd::daemon {
namespace {

/// By name, so that the table reads alike on every architecture; a name that one
/// does not have is skipped.
constexpr std::array kAllowed = {
    // descriptors
    "read", "readv", "pread64", "write", "writev", "pwrite64", "close", "close_range", "lseek",
    "fcntl", "ioctl", "dup", "dup3", "poll", "ppoll", "epoll_create1", "epoll_ctl", "epoll_wait",
    "epoll_pwait", "eventfd2", "timerfd_create", "timerfd_settime",
    // sockets that are there already
    "recvmsg", "recvfrom", "recvmmsg", "sendmsg", "sendto", "getsockopt", "getsockname",
    // files below the log directories
    "open", "openat", "stat", "lstat", "fstat", "newfstatat", "fstatat64", "statx", "statfs",
    "fstatfs", "ftruncate", "fallocate", "fsync", "fdatasync", "sync_file_range", "rename",
    "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "fchmod", "fchown",
    "utimensat", "getdents64", "fadvise64", "umask", "access", "faccessat", "faccessat2",
    // memory
    "brk", "munmap", "mremap", "madvise",
    // threads and time
    "futex", "set_robust_list", "rseq", "set_tid_address", "gettid", "getpid", "sched_yield",
    "sched_getaffinity", "sched_setscheduler", "setpriority", "membarrier", "restart_syscall",
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "getrandom", "sysinfo", "uname", "getrusage", "prlimit64", "prctl",
    // ends, and signals on the way there
    "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "sigaltstack", "tgkill", "exit", "exit_group",
    "geteuid", "getuid", "getegid", "getgid"};

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

bool add(const Filter& filter, const char* name) {
    const int number = seccomp_syscall_resolve_name(name);
    return number == __NR_SCMP_ERROR ||
           seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0) == 0;
}

/// No memory is both written and executed, nothing is forked. clone3 hides its
/// flags from the filter; the C library goes back to clone where it is missing.
bool add_restricted(const Filter& filter) {
    // Of the third and of the first argument.
    const scmp_arg_cmp no_code{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
    const scmp_arg_cmp thread{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD};
    return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code) == 0 &&
           seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code) == 0 &&
           seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread) == 0 &&
           seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

struct SocketOption {
    int level;
    int name;
};

/// Those that outputs set; others change more than the socket itself.
constexpr SocketOption kSocketOptions[] = {{SOL_SOCKET, SO_KEEPALIVE},
                                           {IPPROTO_TCP, TCP_KEEPIDLE},
                                           {IPPROTO_TCP, TCP_NODELAY},
                                           {IPPROTO_TCP, TCP_NOTSENT_LOWAT}};

/// Those that the C library sets when it looks up names, or it gives up.
constexpr SocketOption kResolverOptions[] = {{IPPROTO_IP, IP_RECVERR},
                                             {IPPROTO_IPV6, IPV6_RECVERR}};

scmp_arg_cmp equals(unsigned argument, int value) {
    return {argument, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFU, static_cast<scmp_datum_t>(value)};
}

bool add(const Filter& filter, const SocketOption& option) {
    return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2,
                            equals(1, option.level), equals(2, option.name)) == 0;
}

bool add_library(const Filter& filter) {
    bool complete = add(filter, "pipe") && add(filter, "pipe2");
    for (const SocketOption& option : kResolverOptions) complete = complete && add(filter, option);
    return complete;
}

/// What an output over the network needs, and no family that it does not use.
bool add_sockets(const Filter& filter, const std::set<int>& families) {
    bool complete = true;
    for (const int family : families) {
        complete = complete && seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                                equals(0, family)) == 0;
    }
    for (const SocketOption& option : kSocketOptions) complete = complete && add(filter, option);
    for (const char* name : {"connect", "sendmmsg", "getpeername", "shutdown", "memfd_create"}) {
        complete = complete && add(filter, name);
    }
    return complete;
}

}  // namespace

Status restrict_system_calls(const std::vector<int>& families, const MoreCalls& more) {
    const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
    bool complete = filter != nullptr && add_restricted(filter);
    for (const char* name : kAllowed) complete = complete && add(filter, name);
    if (!families.empty()) {
        complete = complete && add_sockets(filter, {families.begin(), families.end()});
    }
    if (more.accept) complete = complete && add(filter, "accept4");
    if (more.library) complete = complete && add_library(filter);
    if (!complete) return Error{"cannot build the filter of system calls", EX_OSERR};
    if (const int error = seccomp_load(filter.get()); error != 0) {
        return system_error(-error, "loading the filter of system calls");
    }
    return {};
}

}  // namespace nflogd::daemon
