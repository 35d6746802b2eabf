// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// nfnetlink_log without a kernel: while a FakeKernel lives, this program's own
/// socket(), send() and recvmsg() stand before the C library's. The netfilter
/// socket that NflogSocket::open() asks for is one end of a socket pair; every
/// request is acknowledged, and receiving fails where the test wants it to.
#pragma once

#include <map>

#include "core/cursor.hpp"
#include "core/fd.hpp"

namespace nflogd::fakes {

/// What is to be wrong with one recvmsg().
struct ReceiveFault {
    int errno_value = 0;   ///< fail with it; 0: receive, but
    std::size_t room = 0;  ///< cut what is longer than this, as MSG_TRUNC tells
};

/// One at a time. The faults are set before a thread receives.
class FakeKernel {
public:
    FakeKernel();
    FakeKernel(const FakeKernel&) = delete;
    FakeKernel& operator=(const FakeKernel&) = delete;
    ~FakeKernel();

    /// Queues a datagram, which is not empty, for the socket.
    void deliver(Bytes datagram);

    /// By the number of the call, counted from 1.
    std::map<int, ReceiveFault> faults;
    int receives = 0;  ///< calls so far

    // For the system calls.
    [[nodiscard]] bool is_ours(int fd) const { return fd == socket_; }
    int make_socket();
    void acknowledge(Bytes request);

private:
    Fd kernel_end_;
    int socket_ = -1;  ///< owned by whoever asked for it
};

}  // namespace nflogd::fakes
