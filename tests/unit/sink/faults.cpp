// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/faults.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace nflogd::sink::test {
namespace {

thread_local Faults* current = nullptr;

/// True when the call is to fail; errno is set then.
bool fails(const std::function<int()>& fault) {
    const int error = fault ? fault() : 0;
    if (error != 0) errno = error;
    return error != 0;
}

}  // namespace

Faults::Faults() { current = this; }
Faults::~Faults() { current = nullptr; }

}  // namespace nflogd::sink::test

using nflogd::sink::test::current;
using nflogd::sink::test::fails;

extern "C" {

ssize_t write(int fd, const void* from, size_t size) {
    if (current != nullptr && fd > STDERR_FILENO) {
        ++current->writes;
        const ssize_t most = current->write ? current->write(size) : static_cast<ssize_t>(size);
        if (most < 0) {
            errno = static_cast<int>(-most);
            return -1;
        }
        size = std::min(size, static_cast<std::size_t>(most));
    }
    return ::syscall(SYS_write, fd, from, size);
}

int fdatasync(int fd) {
    if (current != nullptr) {
        ++current->fdatasyncs;
        if (fails(current->fdatasync)) return -1;
    }
    return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

int ftruncate(int fd, off_t size) noexcept {
    if (current != nullptr && fails(current->ftruncate)) return -1;
    return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

int fsync(int fd) {
    if (current != nullptr && fails(current->fsync)) return -1;
    return static_cast<int>(::syscall(SYS_fsync, fd));
}

int fstat(int fd, struct stat* info) noexcept {
    if (current != nullptr && fails(current->fstat)) return -1;
    return static_cast<int>(::syscall(SYS_fstat, fd, info));
}

int openat(int directory, const char* name, int flags, ...) {
    if (current != nullptr && fails(current->openat)) return -1;
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return static_cast<int>(::syscall(SYS_openat, directory, name, flags, mode));
}

int unlinkat(int directory, const char* name, int flags) noexcept {
    if (current != nullptr && fails(current->unlinkat)) return -1;
    return static_cast<int>(::syscall(SYS_unlinkat, directory, name, flags));
}

int fchmod(int fd, mode_t mode) noexcept {
    if (current != nullptr && fails(current->fchmod)) return -1;
    return static_cast<int>(::syscall(SYS_fchmod, fd, mode));
}

int renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept {
    if (current != nullptr && fails(current->renameat2)) return -1;
    return static_cast<int>(::syscall(SYS_renameat2, from_fd, from, to_fd, to, flags));
}
}
