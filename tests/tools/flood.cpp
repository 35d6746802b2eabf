// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Sends UDP packets and says exactly how many of them the kernel took: the
/// number that a test compares a log with. Memory is bounded, whatever the count.
///
/// On stdout: "sent N", and "refused N" if an output rule dropped any (they were
/// not sent, but a log rule before it has seen them). sendmmsg does not tell why
/// the rest of a batch was not taken, so it is tried again: a test that counts
/// what an *output* rule sees asks for --batch 1.
/// Exit: 0; 64 usage; 71 an error of the kernel, or no packet taken for 10 s.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "core/fd.hpp"
#include "core/result.hpp"

namespace {

using namespace nflogd;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxBatch = 64;
constexpr std::chrono::seconds kPatience{10};

struct Options {
    std::string address;
    std::uint16_t port = 0;
    std::uint64_t count = 1;
    std::size_t size = 18;          ///< payload bytes
    std::uint64_t pps = 0;          ///< 0: flat out
    unsigned sources = 1;           ///< sockets, each with its own source port
    unsigned source_port = 0;       ///< of the first socket; 0: the kernel chooses
    std::size_t batch = kMaxBatch;  ///< packets a system call, at most
    bool connected = false;
};

struct Target {
    sockaddr_storage address{};
    socklen_t length = 0;
};

/// An address in numbers; names are not looked up.
bool parse_target(const Options& options, Target& target) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&target.address);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&target.address);
    if (::inet_pton(AF_INET, options.address.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(options.port);
        target.length = sizeof *v4;
    } else if (::inet_pton(AF_INET6, options.address.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(options.port);
        target.length = sizeof *v6;
    }
    return target.length != 0;
}

int bind_source(int fd, int family, std::uint16_t port) {
    sockaddr_storage any{};
    any.ss_family = static_cast<sa_family_t>(family);
    socklen_t length = sizeof(sockaddr_in6);
    if (family == AF_INET) {
        reinterpret_cast<sockaddr_in*>(&any)->sin_port = htons(port);
        length = sizeof(sockaddr_in);
    } else {
        reinterpret_cast<sockaddr_in6*>(&any)->sin6_port = htons(port);
    }
    return ::bind(fd, reinterpret_cast<const sockaddr*>(&any), length);
}

/// Otherwise UDP calls a packet sent that a full device queue has dropped.
void tell_errors(int fd, int family) {
    const int on = 1;
    if (family == AF_INET) {
        ::setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    } else {
        ::setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    }
}

Result<std::vector<Fd>> open_sockets(const Options& options, const Target& target) {
    std::vector<Fd> sockets;
    const int family = target.address.ss_family;
    for (unsigned i = 0; i < options.sources; ++i) {
        Fd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (!fd) return system_error(errno, "socket");
        const unsigned port = options.source_port == 0 ? 0 : options.source_port + i;
        tell_errors(fd.get(), family);
        if (bind_source(fd.get(), family, static_cast<std::uint16_t>(port)) != 0) {
            return system_error(errno, "source port " + std::to_string(port));
        }
        const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
        if (options.connected && ::connect(fd.get(), address, target.length) != 0) {
            return system_error(errno, "connect");
        }
        sockets.push_back(std::move(fd));
    }
    return sockets;
}

/// Sends the same packet over and over, from one socket after the other.
class Flooder {
public:
    Flooder(const Options& options, Target target, std::vector<Fd> sockets)
        : options_(options),
          target_(target),
          sockets_(std::move(sockets)),
          payload_(options.size, 'n') {
        part_ = {payload_.data(), payload_.size()};
        for (mmsghdr& message : batch_) {
            message = {};
            message.msg_hdr.msg_iov = &part_;
            message.msg_hdr.msg_iovlen = 1;
            if (options_.connected) continue;
            message.msg_hdr.msg_name = &target_.address;
            message.msg_hdr.msg_namelen = target_.length;
        }
    }
    Flooder(const Flooder&) = delete;
    Flooder& operator=(const Flooder&) = delete;

    Status run() {
        const SteadyClock::time_point start = SteadyClock::now();
        for (std::size_t turn = 0; done() < options_.count; ++turn) {
            if (options_.pps != 0) std::this_thread::sleep_until(start + due());
            const Fd& socket = sockets_[turn % sockets_.size()];
            if (Status status = send(socket.get(), next_batch()); !status) return status;
        }
        return {};
    }

    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    [[nodiscard]] std::uint64_t done() const { return sent_ + refused_; }

    /// When the next packet is to leave, from the start on.
    [[nodiscard]] std::chrono::nanoseconds due() const {
        const std::uint64_t seconds = done() / options_.pps;
        const std::uint64_t rest = done() % options_.pps;
        return std::chrono::seconds(seconds) +
               std::chrono::nanoseconds(rest * 1'000'000'000 / options_.pps);
    }
    /// A millisecond's worth, and no more than keeps the source ports even.
    [[nodiscard]] std::size_t next_batch() const {
        std::uint64_t size = std::min<std::uint64_t>(options_.batch, options_.count - done());
        if (options_.pps != 0) {
            size = std::min(size, std::max<std::uint64_t>(1, options_.pps / 1000));
        }
        const std::uint64_t share = options_.count / sockets_.size();
        return std::min(size, std::max<std::uint64_t>(1, share));
    }

    /// All of them, with patience.
    Status send(int fd, std::size_t count) {
        SteadyClock::time_point progress = SteadyClock::now();
        while (count > 0) {
            const int taken = ::sendmmsg(fd, batch_.data(), static_cast<unsigned>(count), 0);
            if (taken > 0) {
                sent_ += static_cast<unsigned>(taken);
                count -= static_cast<unsigned>(taken);
                progress = SteadyClock::now();
            } else if (errno == EPERM) {  // the first of them met a drop rule
                ++refused_;
                --count;
            } else if (!may_retry(fd, errno) || SteadyClock::now() - progress > kPatience) {
                return system_error(errno, "sendmmsg");
            }
        }
        return {};
    }
    /// ECONNREFUSED: told of an earlier packet, this one was not sent.
    static bool may_retry(int fd, int errno_value) {
        pollfd ready{fd, POLLOUT, 0};
        switch (errno_value) {
            case EINTR:
            case ECONNREFUSED: return true;
            case EAGAIN:
            case ENOBUFS:
            case ENOMEM: ::poll(&ready, 1, 1); return true;
            default: return false;
        }
    }

    const Options& options_;
    Target target_;
    std::vector<Fd> sockets_;
    std::vector<char> payload_;
    iovec part_{};
    std::array<mmsghdr, kMaxBatch> batch_;
    std::uint64_t sent_ = 0;
    std::uint64_t refused_ = 0;
};

int fail(const Error& error) {
    std::fprintf(stderr, "flood: %s\n", error.message.c_str());
    return error.exit_code;
}

int flood(const Options& options) {
    Target target;
    if (!parse_target(options, target)) {
        return fail({options.address + ": neither an IPv4 nor an IPv6 address", EX_USAGE});
    }
    if (options.source_port + options.sources > 65536) {
        return fail({"the source ports go past 65535", EX_USAGE});
    }
    auto sockets = open_sockets(options, target);
    if (!sockets) return fail(sockets.error());
    Flooder flooder(options, target, std::move(*sockets));
    const Status status = flooder.run();
    std::printf("sent %llu\n", static_cast<unsigned long long>(flooder.sent()));
    if (flooder.refused() != 0) {
        std::printf("refused %llu\n", static_cast<unsigned long long>(flooder.refused()));
    }
    return status ? EX_OK : fail(status.error());
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("flood: sends UDP packets and counts those that the kernel took");
    app.add_option("address", options.address, "IPv4 or IPv6 address")->required();
    app.add_option("port", options.port, "UDP port")->required();
    app.add_option("-n,--count", options.count, "Packets to send (default: 1)");
    app.add_option("-s,--size", options.size, "Payload bytes of each (default: 18)")
        ->check(CLI::Range(0, 65507));
    app.add_option("-r,--pps", options.pps, "Packets per second (default: 0, flat out)");
    app.add_option("--sources", options.sources, "Source ports to spread over (default: 1)")
        ->check(CLI::Range(1, 1000));
    app.add_option("--source-port", options.source_port,
                   "The first source port (default: what the kernel gives)")
        ->check(CLI::Range(1, 65535));
    app.add_option("--batch", options.batch, "Packets a system call, at most (default: 64)")
        ->check(CLI::Range(std::size_t{1}, kMaxBatch));
    app.add_flag("--connected", options.connected, "Connect the sockets first");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? EX_OK : EX_USAGE;
    }
    return flood(options);
}
