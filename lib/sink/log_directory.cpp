// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/log_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace nflogd::sink {
namespace {

constexpr mode_t kDirectoryMode = 0750;
/// NAME_MAX less what rotation and compression add to a name.
constexpr std::size_t kMaxName = 255 - 35;

Fd open_directory(const std::string& path) {
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::string open_reason(const std::string& path, int error) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode)) {
        return "the log directory is a symbolic link; name the directory itself";
    }
    if (error == ENOENT) return "No such directory; create its parent directory first";
    return std::string("cannot open the log directory: ") + std::strerror(error);
}

/// Why others could meddle with names in such a directory; empty: they cannot.
std::string danger(const struct stat& info, const FileOptions& options) {
    const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid() ||
                      (options.owner && info.st_uid == *options.owner);
    if (!ours) {
        return fmt::format(
            "the log directory belongs to user {}; chown it to root or to the user that writes "
            "the log",
            info.st_uid);
    }
    if ((info.st_mode & S_IWOTH) != 0) {
        return "the log directory is writable by everybody; chmod o-w it or use one of its own";
    }
    const bool group_ours = info.st_gid == 0 || info.st_gid == ::getegid();
    if ((info.st_mode & S_IWGRP) != 0 && !group_ours) {
        return fmt::format("the log directory is writable by group {}; chmod g-w it", info.st_gid);
    }
    return {};
}

Result<Fd> make_directory(const std::string& path, const FileOptions& options) {
    if (::mkdir(path.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
        if (errno == ENOENT) return cannot_create(path, open_reason(path, ENOENT));
        return cannot_create(path, fmt::format("cannot create the log directory: {}; create it "
                                               "for the user that writes the log",
                                               std::strerror(errno)));
    }
    Fd fd = open_directory(path);
    if (!fd) return cannot_create(path, open_reason(path, errno));
    const bool given = !options.owner && !options.group;
    if (::fchmod(fd.get(), kDirectoryMode) != 0 ||
        (!given && ::fchown(fd.get(), options.owner.value_or(static_cast<uid_t>(-1)),
                            options.group.value_or(static_cast<gid_t>(-1))) != 0)) {
        return cannot_create(path,
                             std::string("cannot set owner and mode: ") + std::strerror(errno));
    }
    return fd;
}

/// For file systems without RENAME_NOREPLACE. Nobody else writes in the directory,
/// so that looking first is enough.
int rename_checked(int directory, const char* from, const char* to) {
    struct stat info {};
    if (::fstatat(directory, to, &info, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
    return ::renameat(directory, from, directory, to) == 0 ? 0 : errno;
}

}  // namespace

Error cannot_create(const std::string& path, const std::string& reason) {
    return {path + ": " + reason, EX_CANTCREAT};
}

Result<LogPath> split_path(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    LogPath split{".", path};
    if (slash != std::string::npos) {
        split.directory = path.substr(0, slash == 0 ? 1 : slash);
        split.name = path.substr(slash + 1);
    }
    if (split.name.empty() || split.name == "." || split.name == "..") {
        return cannot_create(path, "names a directory; name the log file");
    }
    if (split.name.size() > kMaxName) {
        return cannot_create(path, fmt::format("the name is longer than {} bytes", kMaxName));
    }
    return split;
}

Result<LogDirectory> LogDirectory::open(const std::string& path, const FileOptions& options) {
    Fd fd = open_directory(path);
    if (!fd && errno == ENOENT) {
        Result<Fd> made = make_directory(path, options);
        if (!made) return made.error();
        fd = std::move(*made);
    }
    if (!fd) return cannot_create(path, open_reason(path, errno));
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return cannot_create(path, std::strerror(errno));
    if (const std::string reason = danger(info, options); !reason.empty()) {
        return cannot_create(path, reason);
    }
    return LogDirectory(std::move(fd));
}

bool LogDirectory::is_gone() const {
    struct stat info {};
    return ::fstat(fd(), &info) != 0 || info.st_nlink == 0;
}

bool LogDirectory::is_at(const std::string& path) const {
    struct stat here {};
    struct stat there {};
    return ::fstat(fd(), &here) == 0 && ::stat(path.c_str(), &there) == 0 &&
           here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

Status LogDirectory::move_to(const std::string& path, const FileOptions& options) {
    Result<LogDirectory> found = open(path, options);
    if (!found) return found.error();
    if (!fd_) {
        fd_ = std::move(found->fd_);
        return {};
    }
    if (::dup3(found->fd(), fd(), O_CLOEXEC) < 0) return cannot_create(path, std::strerror(errno));
    return {};
}

std::optional<struct stat> LogDirectory::stat(const std::string& name) const {
    struct stat info {};
    if (::fstatat(fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    return info;
}

std::optional<std::vector<std::string>> LogDirectory::names() const {
    Fd own(::openat(fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!own) return std::nullopt;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own.get()), ::closedir);
    if (!stream) return std::nullopt;
    static_cast<void>(own.release());
    std::vector<std::string> found;
    for (errno = 0; const dirent* entry = ::readdir(stream.get()); errno = 0) {
        found.emplace_back(entry->d_name);
    }
    if (errno != 0) return std::nullopt;
    return found;
}

int LogDirectory::rename(const std::string& from, const std::string& to) const {
    if (::renameat2(fd(), from.c_str(), fd(), to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    return rename_checked(fd(), from.c_str(), to.c_str());
}

int LogDirectory::remove(const std::string& name) const {
    if (::unlinkat(fd(), name.c_str(), 0) == 0 || errno == ENOENT) return 0;
    return errno;
}

int LogDirectory::sync() const { return ::fsync(fd()) == 0 ? 0 : errno; }

}  // namespace nflogd::sink
