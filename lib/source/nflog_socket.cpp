// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/nflog_socket.hpp"

#include <arpa/inet.h>
#include <cap-ng.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "source/group_holder.hpp"

namespace nflogd::source {
namespace {

constexpr std::uint32_t kBindSequence = 1;
/// The kernel answers EAGAIN once after it has loaded a module for us.
constexpr int kBindTries = 5;

Error bind_error(std::uint16_t group, int errno_value) {
    const std::string what = fmt::format("nfnetlink_log group {}", group);
    if (errno_value == EPERM || errno_value == EBUSY) {
        if (const auto state = read_group_state(group)) {
            return {what + " is held by " + describe_holder(*state) +
                        "; stop it, or choose another group",
                    EX_UNAVAILABLE};
        }
        capng_get_caps_process();
        if (capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN) == 0) {
            return {what +
                        ": missing privilege: CAP_NET_ADMIN is needed (run as root, or give "
                        "the service that capability)",
                    EX_NOPERM};
        }
        return {
            fmt::format("{}: the kernel refuses it although CAP_NET_ADMIN is there: {} holds the "
                        "group, or this user namespace does not own the network namespace",
                        what, kUnseenHolder),
            EX_UNAVAILABLE};
    }
    if (errno_value == EPROTONOSUPPORT || errno_value == EOPNOTSUPP) {
        return {what + ": this kernel has no nfnetlink_log (CONFIG_NETFILTER_NETLINK_LOG)",
                EX_UNAVAILABLE};
    }
    return system_error(errno_value, what);
}

/// The answer to the request with `sequence`: 0 or an errno value. Packets that
/// come before it cannot be there yet, nothing is bound.
int read_ack(int fd, std::uint32_t sequence) {
    std::array<std::uint8_t, 8192> buffer;
    while (true) {
        const ssize_t length = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (length < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        const auto* head = reinterpret_cast<const nlmsghdr*>(buffer.data());
        if (!mnl_nlmsg_ok(head, static_cast<int>(length)) ||
            head->nlmsg_len > static_cast<std::size_t>(length)) {
            return EPROTO;
        }
        if (head->nlmsg_type != NLMSG_ERROR || head->nlmsg_seq != sequence) continue;
        if (mnl_nlmsg_get_payload_len(head) < sizeof(nlmsgerr)) return EPROTO;
        return -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(head))->error;
    }
}

/// To the kernel a copy range of 0 is "all that a message can hold".
std::uint8_t copy_mode(const NflogOptions& options) {
    return options.snaplen == 0 ? NFULNL_COPY_META : NFULNL_COPY_PACKET;
}

void put_settings(nlmsghdr* request, const NflogOptions& options) {
    nflog_attr_put_cfg_mode(request, copy_mode(options), options.snaplen);
    mnl_attr_put_u32(request, NFULA_CFG_NLBUFSIZ, htonl(options.netlink_buffer));
    mnl_attr_put_u32(request, NFULA_CFG_TIMEOUT,
                     htonl(static_cast<std::uint32_t>(options.flush_timeout.count() / 10)));
    mnl_attr_put_u32(request, NFULA_CFG_QTHRESH, htonl(options.queue_threshold));
    mnl_attr_put_u16(request, NFULA_CFG_FLAGS, htons(NFULNL_CFG_F_SEQ));
}

int send_request(int fd, const nlmsghdr* request) {
    const ssize_t sent = ::send(fd, request, request->nlmsg_len, 0);
    return sent < 0 ? errno : 0;
}

using MemoryInfo = std::array<std::uint32_t, SK_MEMINFO_VARS>;

MemoryInfo memory_info(int fd) {
    MemoryInfo info{};
    socklen_t length = sizeof info;
    ::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &length);
    return info;
}

}  // namespace

Result<NflogSocket> NflogSocket::open(std::uint16_t group, const NflogOptions& options) {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!fd) return bind_error(group, errno);
    NflogSocket socket(std::move(fd), group);
    socket.size_receive_buffer(options.receive_buffer);
    // One overflow would otherwise make the kernel drop until the queue is
    // drained; loss is seen in NFULA_SEQ instead.
    const int on = 1;
    ::setsockopt(socket.fd(), SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on);
    if (Status status = socket.bind(options); !status) return status.error();
    socket.compare_with_kernel(options);
    return socket;
}

void NflogSocket::size_receive_buffer(std::uint32_t bytes) {
    const int wanted = static_cast<int>(bytes);
    if (::setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) {
        ::setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    }
    int got = 0;
    socklen_t length = sizeof got;
    ::getsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &got, &length);
    if (got / 2 < wanted) {  // the kernel doubles what it is given (man 7 socket)
        warnings_.push_back(fmt::format(
            "group {}: receive buffer is {} bytes instead of {}: raise it with sysctl "
            "net.core.rmem_max={}, or run with CAP_NET_ADMIN in the initial user namespace",
            group_, got / 2, wanted, wanted));
    }
}

Status NflogSocket::bind(const NflogOptions& options) {
    std::array<char, 512> buffer;
    nlmsghdr* request = nflog_nlmsg_put_header(buffer.data(), NFULNL_MSG_CONFIG, AF_UNSPEC, group_);
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request->nlmsg_seq = kBindSequence;
    // One message, so that no packet is queued under the kernel's own defaults.
    nflog_attr_put_cfg_cmd(request, NFULNL_CFG_CMD_BIND);
    put_settings(request, options);
    int error = EAGAIN;
    for (int i = 0; i < kBindTries && error == EAGAIN; ++i) {
        error = send_request(fd(), request);
        if (error == 0) error = read_ack(fd(), kBindSequence);
    }
    if (error != 0) return bind_error(group_, error);
    return {};
}

Status NflogSocket::configure(const NflogOptions& options) {
    std::array<char, 512> buffer;
    nlmsghdr* request = nflog_nlmsg_put_header(buffer.data(), NFULNL_MSG_CONFIG, AF_UNSPEC, group_);
    put_settings(request, options);
    if (const int error = send_request(fd(), request); error != 0) {
        return system_error(error, fmt::format("configuring nfnetlink_log group {}", group_));
    }
    return {};
}

void NflogSocket::compare_with_kernel(const NflogOptions& options) {
    const auto state = read_group_state(group_);
    if (!state) return;  // /proc is hidden from us, or the file does not exist
    if (state->copy_mode != copy_mode(options) ||
        (options.snaplen != 0 && state->copy_range != options.snaplen)) {
        warnings_.push_back(fmt::format("group {}: the kernel copies {} bytes of a packet, not {}",
                                        group_, state->copy_range, options.snaplen));
    }
    const auto timeout = static_cast<unsigned>(options.flush_timeout.count() / 10);
    if (state->flush_timeout != timeout) {
        warnings_.push_back(fmt::format("group {}: the kernel flushes after {} ms, not {} ms",
                                        group_, state->flush_timeout * 10, timeout * 10));
    }
}

Received NflogSocket::receive(std::span<std::uint8_t> buffer) {
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ssize_t length = 0;
    do {
        length = ::recvmsg(fd(), &message, MSG_DONTWAIT);
    } while (length < 0 && errno == EINTR);
    Received received;
    if (length >= 0) {
        received.kind = Received::Kind::datagram;
        received.length = static_cast<std::size_t>(length);
        received.cut = (message.msg_flags & MSG_TRUNC) != 0;
    } else if (errno == ENOBUFS) {
        received.kind = Received::Kind::overrun;
    } else if (errno != EAGAIN) {
        received.kind = Received::Kind::error;
        received.errno_value = errno;
    }
    return received;
}

Status NflogSocket::request_unbind() {
    std::array<char, 128> buffer;
    nlmsghdr* request = nflog_nlmsg_put_header(buffer.data(), NFULNL_MSG_CONFIG, AF_UNSPEC, group_);
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    nflog_attr_put_cfg_cmd(request, NFULNL_CFG_CMD_UNBIND);
    if (const int error = send_request(fd(), request); error != 0) {
        return system_error(error, fmt::format("unbinding nfnetlink_log group {}", group_));
    }
    return {};
}

std::uint32_t NflogSocket::socket_drops() const { return memory_info(fd())[SK_MEMINFO_DROPS]; }

std::uint64_t NflogSocket::receive_buffer() const {
    int bytes = 0;
    socklen_t length = sizeof bytes;
    ::getsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &bytes, &length);
    return static_cast<std::uint64_t>(bytes) / 2;  // the kernel doubles what is asked for
}

double NflogSocket::queue_fill() const {
    const MemoryInfo info = memory_info(fd());
    const double size = std::max<std::uint32_t>(info[SK_MEMINFO_RCVBUF], 1);
    return info[SK_MEMINFO_RMEM_ALLOC] / size;
}

}  // namespace nflogd::source
