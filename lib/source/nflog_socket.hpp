// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One nfnetlink_log group: a netlink socket that owns it, sized and bound.
/// (net/netfilter/nfnetlink_log.c, include/uapi/linux/netfilter/nfnetlink_log.h)
///
/// The group is never bound to a protocol family (PF_BIND): that would change
/// the network namespace's default logger and outlive the process.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/fd.hpp"
#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::source {

/// What one receive call brought.
struct Received {
    enum class Kind : std::uint8_t {
        datagram,
        empty,    ///< nothing is waiting
        overrun,  ///< the kernel told that it had to drop (ENOBUFS)
        error,    ///< the socket is of no use any more
    };
    Kind kind = Kind::empty;
    bool cut = false;        ///< the datagram was longer than the buffer
    std::size_t length = 0;  ///< bytes in the buffer
    int errno_value = 0;     ///< for error
};

class NflogSocket {
public:
    /// Large enough for any datagram: the kernel's batch allocation rounds up,
    /// to 261,744 bytes for the largest buffer that it accepts.
    static constexpr std::size_t kReceiveBytes = 256 << 10;

    /// Opens and binds `group`. From now on the kernel queues its packets.
    /// What the kernel did not take as asked is told in warnings().
    /// Errors: EX_UNAVAILABLE if somebody holds the group (pid and program are
    /// named), EX_NOPERM without CAP_NET_ADMIN.
    static Result<NflogSocket> open(std::uint16_t group, const NflogOptions& options);

    /// Any thread. Gives the bound group new settings (not the receive buffer); a
    /// refusal arrives among the datagrams as NLMSG_ERROR.
    Status configure(const NflogOptions& options);

    /// The capture thread. Does not block.
    Received receive(std::span<std::uint8_t> buffer);

    /// Any thread, and any process that has the descriptor and CAP_NET_ADMIN. Asks
    /// the kernel to hand over what it still batches and to forget us: all of it is
    /// in the socket when this returns.
    Status request_unbind();

    /// Datagrams dropped on the full socket since it was opened (SO_MEMINFO);
    /// wraps at 2^32. Any thread.
    [[nodiscard]] std::uint32_t socket_drops() const;

    /// How full the socket's queue is, 0 to 1. Any thread.
    [[nodiscard]] double queue_fill() const;

    /// Bytes of receive buffer that the kernel granted. Any thread.
    [[nodiscard]] std::uint64_t receive_buffer() const;

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] std::uint16_t group() const { return group_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    NflogSocket(Fd fd, std::uint16_t group) : fd_(std::move(fd)), group_(group) {}

    void size_receive_buffer(std::uint32_t bytes);
    Status bind(const NflogOptions& options);
    void compare_with_kernel(const NflogOptions& options);

    Fd fd_;
    std::uint16_t group_;
    std::vector<std::string> warnings_;
};

}  // namespace nflogd::source
