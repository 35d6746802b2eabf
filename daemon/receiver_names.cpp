// SPDX-License-Identifier: GPL-2.0-or-later
#include "receiver_names.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <sstream>

#include "core/fd.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "sandbox.hpp"

namespace nflogd::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// For all names together.
constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMostAddresses = 16;
constexpr std::size_t kMostText = 4096;

/// The child: one address a line, in the order of RFC 6724.
void print_addresses(const std::string& name, int out) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, &wanted, &list) != 0) return;
    std::string text;
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
        std::array<char, INET6_ADDRSTRLEN> host;
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, host.data(), host.size(), nullptr, 0,
                          NI_NUMERICHOST) == 0) {
            text.append(host.data()) += '\n';
        }
    }
    [[maybe_unused]] const ssize_t written = ::write(out, text.data(), text.size());
}

[[noreturn]] void be_the_child(const std::string& name, int out) {
    // Nothing of the parent's lives on here, should it end before us.
    ::dup2(out, STDERR_FILENO + 1);
    ::close_range(STDERR_FILENO + 2, ~0U, 0);
    ::alarm(static_cast<unsigned>(kPatience.count()));
    if (drop_capabilities()) print_addresses(name, STDERR_FILENO + 1);
    ::_exit(0);
}

/// All that comes until the end or the deadline.
std::string read_until(int fd, nanoseconds deadline) {
    std::string text;
    std::array<char, 512> chunk;
    while (text.size() < kMostText) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - system_clock().monotonic());
        pollfd slot{fd, POLLIN, 0};
        if (left.count() <= 0) break;
        const int ready = ::poll(&slot, 1, static_cast<int>(left.count()));
        if (ready < 0 && errno == EINTR) continue;
        const ssize_t got = ready > 0 ? ::read(fd, chunk.data(), chunk.size()) : 0;
        if (got <= 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text;
}

bool is_address(const std::string& text) {
    in6_addr address{};
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

std::vector<std::string> addresses_in(const std::string& text) {
    std::vector<std::string> addresses;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && addresses.size() < kMostAddresses;) {
        if (is_address(line)) addresses.push_back(line);
    }
    return addresses;
}

/// None if there are none to be had in time.
std::vector<std::string> addresses_of(const std::string& name, nanoseconds deadline) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    const Fd out(ends[0]);
    Fd in(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return {};
    if (child == 0) be_the_child(name, in.get());
    in.reset();
    const std::string text = read_until(out.get(), deadline);
    ::kill(child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return addresses_in(text);
}

/// nullptr if the output sends to no name.
SyslogReceiver* named_receiver(config::OutputConfig& output) {
    auto* syslog = std::get_if<SyslogOptions>(&output.options);
    if (syslog == nullptr || syslog->receiver.transport == SyslogTransport::unix_datagram) {
        return nullptr;
    }
    return is_address(syslog->receiver.host) ? nullptr : &syslog->receiver;
}

}  // namespace

bool ReceiverNames::look_up(config::Config& config) {
    const nanoseconds deadline = system_clock().monotonic() + kPatience;
    bool all = true;
    for (config::OutputConfig& output : config.outputs) {
        SyslogReceiver* receiver = named_receiver(output);
        if (receiver == nullptr) continue;
        std::vector<std::string> now = addresses_of(receiver->host, deadline);
        std::vector<std::string>& found = found_[receiver->host];
        if (!now.empty()) {
            found = std::move(now);
            missed_.erase(receiver->host);
        } else if (missed_.insert(receiver->host).second) {
            log::warning("output '" + output.name + "': the name " + receiver->host +
                         " was not found" +
                         (found.empty() ? "" : "; its earlier addresses are used"));
        }
        receiver->addresses = found;
        all = all && !found.empty();
    }
    return all;
}

}  // namespace nflogd::daemon
