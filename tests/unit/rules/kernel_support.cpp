// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_support.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "catch.hpp"
#include "core/fd.hpp"

namespace nflogd::rules::test {

OwnNetwork::OwnNetwork() {
    REQUIRE(::unshare(CLONE_NEWNET) == 0);
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(socket);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    REQUIRE(::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0);
}

std::string output_of(const std::vector<std::string>& argv, std::string_view input) {
    const auto result = run_program(argv, input);
    INFO(argv[0] << ": " << (result ? result->err : result.error().message));
    REQUIRE(result.ok());
    REQUIRE(result->exit_code == 0);
    std::string kept;
    for (std::size_t from = 0; from < result->out.size();) {
        const auto end = std::min(result->out.find('\n', from), result->out.size() - 1) + 1;
        if (result->out[from] != '#') kept += result->out.substr(from, end - from);
        from = end;
    }
    return kept;
}

void send_udp(const std::string& address, std::uint16_t port, int count) {
    sockaddr_in six_or_four{};
    sockaddr_in6 six{};
    const bool is_six = contains(address, ":");
    const Fd socket(::socket(is_six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(socket);
    six_or_four.sin_family = AF_INET;
    six_or_four.sin_port = htons(port);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &six_or_four.sin_addr);
    ::inet_pton(AF_INET6, address.c_str(), &six.sin6_addr);
    const auto* to = is_six ? reinterpret_cast<const sockaddr*>(&six)
                            : reinterpret_cast<const sockaddr*>(&six_or_four);
    const socklen_t size = is_six ? sizeof six : sizeof six_or_four;
    for (int i = 0; i < count; ++i) REQUIRE(::sendto(socket.get(), "", 0, 0, to, size) == 0);
}

void send_udp_during(const std::string& address, std::uint16_t port, int count,
                     const std::function<void()>& body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        try {
            send_udp(address, port, count);
        } catch (...) {  // a failed REQUIRE must not run on in here
            ::_exit(1);
        }
        ::_exit(0);
    }
    body();
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
}

LogRule udp_rule(std::string name, Hook hook) {
    auto made = rule(std::move(name), hook);
    made.protocol = {17};
    made.destination_port = {{9999, 9999}};
    return made;
}

void run_and_kill(const std::function<void()>& body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        body();
        ::raise(SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);
}

bool usable(IptablesFlavour flavour) {
    constexpr const char* kPrograms[] = {"tables-save", "tables-nft-save", "tables-legacy-save"};
    for (const std::string version : {"ip", "ip6"}) {
        const auto program = version + kPrograms[static_cast<std::size_t>(flavour)];
        const auto result = run_program({program, "-t", "filter"}, "");
        if (!result || result->exit_code != 0) return false;
    }
    return true;
}

void require(const Status& status) {
    INFO((status ? "" : status.error().message));
    REQUIRE(status.ok());
}

RuleCount count_of(Ruleset& ruleset, const std::string& name) {
    const auto counts = ruleset.count();
    INFO((counts ? "" : counts.error().message));
    REQUIRE(counts.ok());
    for (const auto& count : *counts)
        if (count.name == name) return count;
    FAIL("no counter for " << name);
    return {};
}

}  // namespace nflogd::rules::test
