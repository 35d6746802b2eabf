// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/fake_kernel.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "catch.hpp"

namespace nflogd::fakes {
namespace {

FakeKernel* current = nullptr;

}  // namespace

FakeKernel::FakeKernel() { current = this; }
FakeKernel::~FakeKernel() { current = nullptr; }

int FakeKernel::make_socket() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    kernel_end_ = Fd(ends[0]);
    socket_ = ends[1];
    return socket_;
}

void FakeKernel::deliver(Bytes datagram) {
    const ssize_t sent = ::syscall(SYS_sendto, kernel_end_.get(), datagram.data(), datagram.size(),
                                   MSG_DONTWAIT, nullptr, 0);
    REQUIRE(sent == static_cast<ssize_t>(datagram.size()));
}

void FakeKernel::acknowledge(Bytes request) {
    struct {
        nlmsghdr header;
        nlmsgerr answer;
    } message{};
    REQUIRE(Cursor(request).copy(&message.answer.msg, sizeof message.answer.msg));
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = NLMSG_ERROR;
    message.header.nlmsg_seq = message.answer.msg.nlmsg_seq;
    deliver({reinterpret_cast<const std::uint8_t*>(&message), sizeof message});
}

}  // namespace nflogd::fakes

using nflogd::fakes::current;

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
    if (current != nullptr && domain == AF_NETLINK && protocol == NETLINK_NETFILTER) {
        return current->make_socket();
    }
    return static_cast<int>(::syscall(SYS_socket, domain, type, protocol));
}

ssize_t send(int fd, const void* from, size_t size, int flags) {
    if (current != nullptr && current->is_ours(fd)) {
        current->acknowledge({static_cast<const std::uint8_t*>(from), size});
        return static_cast<ssize_t>(size);
    }
    return ::syscall(SYS_sendto, fd, from, size, flags, nullptr, 0);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    if (current == nullptr || !current->is_ours(fd)) {
        return ::syscall(SYS_recvmsg, fd, message, flags);
    }
    const auto fault = current->faults.find(++current->receives);
    const bool faulty = fault != current->faults.end();
    if (faulty && fault->second.errno_value != 0) {
        errno = fault->second.errno_value;
        return -1;
    }
    if (faulty) message->msg_iov[0].iov_len = fault->second.room;
    return ::syscall(SYS_recvmsg, fd, message, flags);
}
}
