// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/live_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nflogd::sink {
namespace {

/// Only the owner until owner and group are right.
constexpr mode_t kFirstMode = 0600;
constexpr mode_t kPermissions = 07777;

std::string open_reason(int error) {
    switch (error) {
        case ELOOP: return "is a symbolic link; remove it or name the file itself";
        case EISDIR: return "is a directory; name a file";
        case ENXIO: return "is not a regular file; remove it or name another";
        default: return std::strerror(error);
    }
}

/// Why this must not be written to; empty: it may.
std::string danger(const struct stat& info, const FileOptions& options) {
    if (!S_ISREG(info.st_mode)) return "is not a regular file; remove it or name another";
    if (info.st_nlink > 1) {
        return fmt::format("has {} hard links; a log file must have one name", info.st_nlink);
    }
    const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid() ||
                      (options.owner && info.st_uid == *options.owner);
    if (!ours) return fmt::format("belongs to user {}; remove it or chown it", info.st_uid);
    return {};
}

/// Owner first: a change of owner may clear mode bits.
int apply_owner_and_mode(int fd, const struct stat& now, const FileOptions& options) {
    const uid_t owner = options.owner.value_or(now.st_uid);
    const gid_t group = options.group.value_or(now.st_gid);
    const bool moved = owner != now.st_uid || group != now.st_gid;
    if (moved && ::fchown(fd, owner, group) != 0) return errno;
    const bool mode_right = !moved && (now.st_mode & kPermissions) == options.mode;
    return mode_right || ::fchmod(fd, options.mode) == 0 ? 0 : errno;
}

}  // namespace

Result<Fd> open_live(const LogDirectory& directory, const std::string& name,
                     const FileOptions& options, int* reason) {
    Fd fd(::openat(directory.fd(), name.c_str(),
                   O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                   kFirstMode));
    const int error = fd ? 0 : errno;
    if (reason != nullptr) *reason = error;
    if (!fd) return cannot_create(options.path, open_reason(error));
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return cannot_create(options.path, std::strerror(errno));
    if (const std::string threat = danger(info, options); !threat.empty()) {
        return cannot_create(options.path, threat);
    }
    if (const int failed = apply_owner_and_mode(fd.get(), info, options); failed != 0) {
        return cannot_create(options.path, std::string("cannot set owner, group and mode: ") +
                                               std::strerror(failed));
    }
    return fd;
}

Status check_space(int fd, const std::string& path) {
    struct statvfs space {};
    // A file system without a size of its own (ramfs) tells 0 of 0 blocks.
    if (::fstatvfs(fd, &space) == 0 && space.f_blocks > 0 && space.f_bavail == 0) {
        return cannot_create(path, "no space left on device; free some or name another place");
    }
    return {};
}

}  // namespace nflogd::sink
