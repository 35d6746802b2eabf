// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The floor: receives the datagrams of one nfnetlink_log group and counts the
/// messages in them. No program that logs packets can take less.
///
/// usage: floor GROUP. Ends on SIGTERM when the socket is empty, and prints
/// "kept N lost N", the second from the gaps in NFULA_SEQ.
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sysexits.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/fd.hpp"
#include "source/nflog_socket.hpp"

namespace {

using namespace nflogd;

struct Counts {
    std::uint64_t kept = 0;
    std::uint64_t lost = 0;
    std::uint32_t next_seq = 0;
};

int count_gap(const nlattr* attribute, void* data) {
    if (mnl_attr_get_type(attribute) != NFULA_SEQ) return MNL_CB_OK;
    auto& counts = *static_cast<Counts*>(data);
    const std::uint32_t seq = be32toh(mnl_attr_get_u32(attribute));
    counts.lost += seq - counts.next_seq;
    counts.next_seq = seq + 1;
    return MNL_CB_STOP;
}

void count(const nlmsghdr* message, Counts& counts) {
    mnl_attr_parse(message, sizeof(nfgenmsg), count_gap, &counts);
    ++counts.kept;
}

void walk(const std::uint8_t* bytes, std::size_t length, Counts& counts) {
    auto rest = static_cast<int>(length);
    const auto* message = reinterpret_cast<const nlmsghdr*>(bytes);
    for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest)) {
        if (message->nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) {
            count(message, counts);
        }
    }
}

/// Until the socket is empty.
void drain(source::NflogSocket& socket, std::vector<std::uint8_t>& buffer, Counts& counts) {
    while (true) {
        const source::Received received = socket.receive(buffer);
        if (received.kind == source::Received::Kind::overrun) continue;
        if (received.kind != source::Received::Kind::datagram) return;
        walk(buffer.data(), received.length, counts);
    }
}

Fd open_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return Fd(::signalfd(-1, &set, SFD_CLOEXEC));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return EX_USAGE;
    const Fd signals = open_signals();
    NflogOptions options;
    options.groups = {static_cast<std::uint16_t>(std::atoi(argv[1]))};
    auto socket = source::NflogSocket::open(options.groups.front(), options);
    if (!socket) {
        std::fprintf(stderr, "floor: %s\n", socket.error().message.c_str());
        return socket.error().exit_code;
    }
    std::vector<std::uint8_t> buffer(source::NflogSocket::kReceiveBytes);
    Counts counts;
    pollfd fds[] = {{socket->fd(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    while (fds[1].revents == 0 && ::poll(fds, 2, -1) >= 0) drain(*socket, buffer, counts);
    if (!socket->request_unbind()) return EX_OSERR;
    drain(*socket, buffer, counts);
    std::printf("kept %lu lost %lu\n", counts.kept, counts.lost);
    return EX_OK;
}
