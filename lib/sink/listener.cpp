// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/listener.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

namespace nflogd::sink {
namespace {

constexpr int kBacklog = 64;

/// What the directory is checked against, and made with.
FileOptions as_file(const SocketOptions& options) {
    FileOptions file;
    file.path = options.path;
    file.owner = options.owner;
    file.group = options.group;
    return file;
}

Fd stream_socket() { return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

/// 0, or an errno value.
template <typename Call>
int with_address(const std::string& path, Call call) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::memcpy(address.sun_path, path.data(), path.size());
    return call(reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

int connect_to(const Fd& fd, const std::string& path) {
    return with_address(path, [&](const sockaddr* address, socklen_t size) {
        return ::connect(fd.get(), address, size);
    });
}

/// Who made the listening socket at the other end; 0: somebody in another namespace.
pid_t maker_of(const Fd& fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

std::string describe(pid_t pid) {
    std::string name;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", pid)), name);
    if (name.empty()) return "another process";
    return fmt::format("process {} ({})", pid, name);
}

/// Of a socket at that path: nothing if it may be replaced. One whose maker has ended is
/// only held by what is left of a daemon that was killed.
Status find_unused(const std::string& path) {
    const Fd probe = stream_socket();
    const int error = connect_to(probe, path);
    if (error == ECONNREFUSED || error == ENOENT) return {};
    if (error != 0 && error != EAGAIN) {
        return cannot_create(path,
                             std::string("there is a socket that cannot be told to be ours: ") +
                                 std::strerror(error));
    }
    const pid_t maker = error == 0 ? maker_of(probe) : 0;
    if (maker > 0 && ::kill(maker, 0) != 0 && errno == ESRCH) return {};
    return Error{path + ": " + describe(maker) + " listens there", EX_UNAVAILABLE};
}

Status make_way(const std::string& path, const LogDirectory& directory, const std::string& name) {
    const auto found = directory.stat(name);
    if (!found) return {};
    if (!S_ISSOCK(found->st_mode)) {
        return cannot_create(path, "is there, and is no socket; move it away");
    }
    if (Status unused = find_unused(path); !unused) return unused;
    if (const int error = directory.remove(name); error != 0) {
        return cannot_create(path,
                             std::string("cannot remove a socket that is not used any more: ") +
                                 std::strerror(error));
    }
    return {};
}

Error refused(const std::string& path, int error) {
    return cannot_create(path, std::string("cannot make the socket: ") + std::strerror(error));
}

}  // namespace

Result<Listener> Listener::open(const SocketOptions& options) {
    Result<LogPath> path = split_path(options.path);
    if (!path) return path.error();
    Result<LogDirectory> directory = LogDirectory::open(path->directory, as_file(options));
    if (!directory) return directory.error();
    if (Status status = make_way(options.path, *directory, path->name); !status) {
        return status.error();
    }
    Listener made(stream_socket(), std::move(*directory), path->name);
    if (!made.fd_) return refused(options.path, errno);
    const int error = with_address(options.path, [&](const sockaddr* address, socklen_t size) {
        return ::bind(made.fd(), address, size);
    });
    if (error != 0) return refused(options.path, error);
    const auto info = made.directory_.stat(made.name_);
    if (!info) return refused(options.path, errno);
    made.device_ = info->st_dev;
    made.inode_ = info->st_ino;
    made.uid_ = info->st_uid;
    made.gid_ = info->st_gid;
    if (Status status = made.permit(options); !status) return status.error();
    // Until now every connection was refused.
    if (::listen(made.fd(), kBacklog) != 0) return refused(options.path, errno);
    return made;
}

Listener& Listener::operator=(Listener&& other) noexcept {
    if (this == &other) return *this;
    remove();
    fd_ = std::move(other.fd_);
    directory_ = std::move(other.directory_);
    name_ = std::move(other.name_);
    device_ = other.device_;
    inode_ = other.inode_;
    uid_ = other.uid_;
    gid_ = other.gid_;
    return *this;
}

Listener::~Listener() { remove(); }

void Listener::remove() {
    if (fd_ && in_place()) directory_.remove(name_);
}

bool Listener::in_place() const {
    const auto info = directory_.stat(name_);
    return info && info->st_dev == device_ && info->st_ino == inode_;
}

Status Listener::permit(const SocketOptions& options) const {
    const uid_t owner = options.owner.value_or(uid_);
    const gid_t group = options.group.value_or(gid_);
    const auto now = directory_.stat(name_);
    // A service may have no right to the system call at all.
    const bool theirs = now && now->st_uid == owner && now->st_gid == group;
    if (!theirs && ::fchownat(directory_.fd(), name_.c_str(), owner, group, 0) != 0) {
        return cannot_create(options.path,
                             std::string("cannot set its owner: ") + std::strerror(errno));
    }
    if (::fchmodat(directory_.fd(), name_.c_str(), options.mode, 0) != 0) {
        return cannot_create(options.path,
                             std::string("cannot set its mode: ") + std::strerror(errno));
    }
    return {};
}

}  // namespace nflogd::sink
