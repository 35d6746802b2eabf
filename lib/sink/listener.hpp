// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A listening UNIX stream socket with its name. It is made by a process that may make
/// sockets, for one that may only accept. One thread.
///
/// The directory has to be as safe as that of a log file (sink/log_directory.hpp), and is
/// made likewise. A socket that nobody listens on, or only what a dead daemon left
/// behind, gives way; anything else at that path is left alone.
#pragma once

#include <sys/types.h>

#include <string>

#include "core/fd.hpp"
#include "core/options.hpp"
#include "core/result.hpp"
#include "sink/log_directory.hpp"

namespace nflogd::sink {

class Listener {
public:
    /// Owner and mode are set before anybody can connect. Errors: EX_UNAVAILABLE if
    /// another process listens there, else EX_CANTCREAT.
    static Result<Listener> open(const SocketOptions& options);
    Listener(Listener&&) = default;
    Listener& operator=(Listener&& other) noexcept;
    /// Removes the name, if it still leads here.
    ~Listener();

    [[nodiscard]] int fd() const { return fd_.get(); }
    /// Whether the name still leads here.
    [[nodiscard]] bool in_place() const;
    /// Gives it the owner and mode of `options`; absent: the owner it was made with.
    /// Errors: EX_CANTCREAT.
    [[nodiscard]] Status permit(const SocketOptions& options) const;

private:
    Listener(Fd fd, LogDirectory directory, std::string name)
        : fd_(std::move(fd)), directory_(std::move(directory)), name_(std::move(name)) {}
    void remove();

    Fd fd_;  ///< -1: moved from
    LogDirectory directory_;
    std::string name_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    uid_t uid_ = 0;  ///< as it was made
    gid_t gid_ = 0;
};

}  // namespace nflogd::sink
