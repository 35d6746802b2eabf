// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/compressor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "core/log.hpp"
#include "sink/compress.hpp"

namespace nflogd::sink {
namespace {

/// Of the calling thread; where it is not allowed the thread works as it is.
void take_lowest_priority() {
    const sched_param none{};
    if (::sched_setscheduler(0, SCHED_IDLE, &none) == 0) return;
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, 19));
}

/// Signals are for the daemon's own threads.
std::thread start_without_signals(auto function) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const auto restore = [](sigset_t* mask) { ::pthread_sigmask(SIG_SETMASK, mask, nullptr); };
    const std::unique_ptr<sigset_t, decltype(restore)> guard(&before, restore);
    return std::thread(function);
}

/// Owner, mode and times of `in`.
Status dress(int in, int out) {
    struct stat info {};
    if (::fstat(in, &info) != 0) return system_error(errno, "fstat");
    struct stat own {};
    if (::fstat(out, &own) != 0) return system_error(errno, "fstat");
    const bool moved = own.st_uid != info.st_uid || own.st_gid != info.st_gid;
    if (moved && ::fchown(out, info.st_uid, info.st_gid) != 0) return system_error(errno, "chown");
    if (::fchmod(out, info.st_mode & 07777) != 0) return system_error(errno, "chmod");
    const std::array<timespec, 2> times = {info.st_atim, info.st_mtim};
    if (::futimens(out, times.data()) != 0) return system_error(errno, "utimens");
    return {};
}

}  // namespace

void Compressor::wake() {
    {
        const std::lock_guard lock(mutex_);
        work_ = true;
    }
    if (thread_.joinable()) {
        changed_.notify_one();
    } else if (!stop_) {
        start();
    }
}

void Compressor::start() {
    try {
        thread_ = start_without_signals([this] { run(); });
    } catch (const std::system_error& error) {
        log::warning(fmt::format("cannot start the compression of log files: {}", error.what()));
    }
}

void Compressor::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Compressor::run() {
    take_lowest_priority();
    std::unique_lock lock(mutex_);
    while (!stop_) {
        if (!work_) {
            changed_.wait(lock);
            continue;
        }
        work_ = false;
        lock.unlock();
        compress_all();
        lock.lock();
    }
}

void Compressor::compress_all() {
    const auto list = files_.list();
    if (!list) return;
    for (const RotatedFile& file : *list) {
        if (stop_) return;
        if (!file.plain || file.compressed || too_large_.contains(file.id)) continue;
        const Status status = compress_one(file.id);
        if (!status.ok() && !failing_) {
            log::warning(fmt::format("cannot compress {}: {}; it stays as it is",
                                     files_.name(file.id, Form::plain), status.error().message));
        }
        failing_ = !status.ok();
    }
}

Status Compressor::compress_one(const RotationId& id) {
    const int directory = files_.directory().fd();
    const Fd in(::openat(directory, files_.name(id, Form::plain).c_str(),
                         O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!in) return errno == ENOENT ? Status{} : Status(system_error(errno, "open"));
    struct stat info {};
    if (::fstat(in.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return Error{"it is not a regular file any more", EX_IOERR};
    }
    const std::string unfinished = files_.name(id, Form::unfinished);
    Status status = write_compressed(id, in.get(), unfinished);
    files_.directory().remove(unfinished);
    return status;
}

Status Compressor::write_compressed(const RotationId& id, int in, const std::string& unfinished) {
    const Fd out(::openat(files_.directory().fd(), unfinished.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!out) return system_error(errno, "create");
    const Result<Compressed> done = compress(in, out.get(), limit_, stop_);
    if (!done) return done.error();
    if (*done == Compressed::too_large) {
        too_large_.insert(id);
        return Error{fmt::format("it would not fit into {} bytes of max_total", limit_)};
    }
    if (*done == Compressed::unwanted) return {};
    if (Status dressed = dress(in, out.get()); !dressed.ok()) return dressed;
    if (::fsync(out.get()) != 0) return system_error(errno, "fsync");
    return replace(id);
}

Status Compressor::replace(const RotationId& id) {
    const int published = files_.publish(id);
    if (published == ENOENT) return {};  // removed meanwhile
    if (published != 0) return system_error(published, "rename");
    const LogDirectory& directory = files_.directory();
    if (const int error = directory.sync(); error != 0) return system_error(error, "fsync");
    const int removed = directory.remove(files_.name(id, Form::plain));
    return removed == 0 ? Status{} : Status(system_error(removed, "remove"));
}

}  // namespace nflogd::sink
