// SPDX-License-Identifier: GPL-2.0-or-later
// look_around(): what only system calls can tell.
#include <grp.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <mntent.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <ctime>
#include <memory>

#include "core/fd.hpp"
#include "machine.hpp"

namespace nflogd::doctor {
namespace {

constexpr int kCapNetAdmin = 12;  // capabilities(7)

bool has_net_admin() {
    for (const std::string& line : lines_of(read_text("/proc/self/status").value_or(""))) {
        constexpr std::string_view kHead = "CapEff:\t";
        if (!line.starts_with(kHead)) continue;
        std::uint64_t bits = 0;
        std::from_chars(line.data() + kHead.size(), line.data() + line.size(), bits, 16);
        return (bits >> kCapNetAdmin & 1) != 0;
    }
    return false;
}

/// As the daemon would ask for it, on a socket of which nobody ever knows.
std::uint64_t granted(std::uint64_t bytes) {
    const Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!fd) return 0;
    const int wanted = static_cast<int>(bytes);
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) {
        ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    }
    int got = 0;
    socklen_t length = sizeof got;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &got, &length);
    return static_cast<std::uint64_t>(got) / 2;  // the kernel doubles it
}

int landlock_error() {
    const long abi =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi >= 1 ? 0 : errno;
}

bool is_unsynchronised() {
    timex state{};
    return ::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0;
}

std::optional<User> find_user(const std::string& name) {
    const passwd* entry = ::getpwnam(name.c_str());
    if (entry == nullptr) return std::nullopt;
    User user{entry->pw_uid, entry->pw_gid, {}};
    int count = 64;
    user.groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(name.c_str(), entry->pw_gid, user.groups.data(), &count) < 0) count = 0;
    user.groups.resize(static_cast<std::size_t>(count));
    return user;
}

/// Of the mounts that hold `path` the one that lies deepest.
std::string mountpoint_of(const std::string& path) {
    const std::unique_ptr<FILE, int (*)(FILE*)> table(::setmntent("/proc/self/mounts", "r"),
                                                      ::endmntent);
    std::string best = "/";
    if (!table) return best;
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
    const std::string inside = real ? real.get() : path;
    while (const mntent* entry = ::getmntent(table.get())) {
        const std::string mount = entry->mnt_dir;
        const bool holds = inside == mount || inside.starts_with(mount + '/');
        if (holds && mount.size() >= best.size()) best = mount;
    }
    return best;
}

std::optional<Disk> find_disk(const std::string& path) {
    struct statvfs space {};
    if (::statvfs(path.c_str(), &space) != 0) return std::nullopt;
    Disk disk;
    disk.free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
    disk.inodes = space.f_favail;
    disk.counts_inodes = space.f_files > 0;           // btrfs and others have no number of them
    if (space.f_blocks == 0) disk.free = UINT64_MAX;  // ramfs has no size of its own
    disk.read_only = (space.f_flag & ST_RDONLY) != 0;
    disk.mountpoint = mountpoint_of(path);
    return disk;
}

}  // namespace

Machine look_around(std::uint64_t receive_buffer) {
    Machine machine;
    utsname kernel{};
    ::uname(&kernel);
    machine.release = kernel.release;
    machine.machine = kernel.machine;
    machine.net_admin = has_net_admin();
    machine.sees_all = ::geteuid() == 0;
    machine.euid = ::geteuid();
    machine.landlock_error = landlock_error();
    machine.unsynchronised = is_unsynchronised();
    machine.now = std::chrono::seconds(std::time(nullptr));
    machine.build_year = NFLOGD_BUILD_YEAR;
    machine.granted_buffer = granted(receive_buffer);
    machine.find_user = find_user;
    machine.find_disk = find_disk;
    return machine;
}

}  // namespace nflogd::doctor
