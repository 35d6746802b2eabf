// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the tests against the kernel, or says loudly what it cannot run: then the
// exit code is 77, which ctest shows as skipped.
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "catch_runner.hpp"
#include "core/fd.hpp"
#include "kernel_support.hpp"

namespace {

using nflogd::test::kSkipped;

/// In a user namespace the send buffer of netlink is too small for 500 rules.
bool may_enlarge_buffers() {
    const nflogd::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int bytes = 1 << 24;
    return ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) == 0;
}

/// 0 or an errno value; tried in a child, for the namespace would stay.
int may_run() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::unshare(CLONE_NEWNET) == 0 && may_enlarge_buffers() ? 0 : errno);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

bool say_what_is_missing() {
    using nflogd::IptablesFlavour;
    constexpr std::pair<IptablesFlavour, const char*> kFlavours[] = {
        {IptablesFlavour::system, "system"},
        {IptablesFlavour::nft, "nft"},
        {IptablesFlavour::legacy, "legacy"},
    };
    bool missing = false;
    for (const auto& [flavour, name] : kFlavours) {
        if (nflogd::rules::test::usable(flavour)) continue;
        std::cout << "SKIPPED: everything with iptables flavour " << name
                  << ": its programs do not work here\n";
        missing = true;
    }
    return missing;
}

}  // namespace

int main(int argc, char** argv) {
    if (const int error = may_run(); error != 0) {
        std::cout << "SKIPPED: all tests of rules in the kernel: they need root: "
                  << std::strerror(error) << '\n';
        return kSkipped;
    }
    if (::unshare(CLONE_NEWNET) != 0) return 1;
    const bool missing = say_what_is_missing();
    const int failed = nflogd::test::run_tests(argc, argv);
    return failed == 0 && missing ? kSkipped : failed;
}
