// SPDX-License-Identifier: GPL-2.0-or-later
#include "landlock_ruleset.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "core/fd.hpp"

namespace nflogd::daemon {
namespace {

// Rights that the build machine's header may be too old to know.
constexpr std::uint64_t kRefer = 1ULL << 13;        // since ABI 2
constexpr std::uint64_t kTruncate = 1ULL << 14;     // 3
constexpr std::uint64_t kIoctlDevice = 1ULL << 15;  // 5

constexpr std::uint64_t kBindTcp = 1;     // 4
constexpr std::uint64_t kConnectTcp = 2;  // 4
constexpr int kRuleNetPort = 2;           // 4

/// struct landlock_net_port_attr
struct NetPortAttributes {
    std::uint64_t allowed_access;
    std::uint64_t port;
};

/// struct landlock_ruleset_attr as of ABI 6; a kernel takes it if what it does
/// not know is zero.
struct RulesetAttributes {
    std::uint64_t files = 0;
    std::uint64_t network = 0;  // since ABI 4: bind and connect TCP
    std::uint64_t scoped = 0;   // 6: abstract UNIX sockets, signals
};

RulesetAttributes all_rights(long abi) {
    RulesetAttributes rights;
    rights.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // ABI 1: the lowest 13
    if (abi >= 2) rights.files |= kRefer;
    if (abi >= 3) rights.files |= kTruncate;
    if (abi >= 4) rights.network = kBindTcp | kConnectTcp;
    if (abi >= 5) rights.files |= kIoctlDevice;
    if (abi >= 6) rights.scoped = 3;
    return rights;
}

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kReadTree = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWriteTree = kReadTree | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                     kTruncate;

class Ruleset {
public:
    explicit Ruleset(const RulesetAttributes& rights)
        : rights_(rights),
          fd_(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0))) {
    }

    void allow(const std::string& path, std::uint64_t access) {
        const Fd target(::open(path.c_str(), O_PATH | O_CLOEXEC));
        if (!target) return;  // what does not exist needs no right
        landlock_path_beneath_attr rule{};
        rule.allowed_access = access & rights_.files;
        rule.parent_fd = target.get();
        ::syscall(SYS_landlock_add_rule, fd_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    void allow_tcp(std::uint16_t port) {
        if ((rights_.network & kConnectTcp) == 0) return;
        const NetPortAttributes rule{kConnectTcp, port};
        ::syscall(SYS_landlock_add_rule, fd_.get(), kRuleNetPort, &rule, 0);
    }
    bool enforce() { return fd_ && ::syscall(SYS_landlock_restrict_self, fd_.get(), 0) == 0; }

private:
    RulesetAttributes rights_;
    Fd fd_;
};

}  // namespace

std::string restrict_access(const std::vector<std::string>& writable_directories,
                            const std::vector<std::string>& readable_files,
                            const std::vector<std::string>& readable_directories,
                            const std::vector<std::uint16_t>& tcp_ports, bool any_tcp_port) {
    const long abi =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) return "no Landlock (" + std::generic_category().message(errno) + ")";
    RulesetAttributes rights = all_rights(abi);
    if (any_tcp_port) rights.network &= ~kConnectTcp;
    Ruleset ruleset(rights);
    for (const std::string& path : writable_directories) ruleset.allow(path, kWriteTree);
    for (const std::string& path : readable_files) ruleset.allow(path, kReadFile);
    for (const std::string& path : readable_directories) ruleset.allow(path, kReadTree);
    for (const std::uint16_t port : tcp_ports) ruleset.allow_tcp(port);
    ruleset.allow("/etc/localtime", kReadFile);
    ruleset.allow("/usr/share/zoneinfo", kReadTree);
    if (!ruleset.enforce()) return "no Landlock (" + std::generic_category().message(errno) + ")";
    return "Landlock ABI " + std::to_string(abi);
}

}  // namespace nflogd::daemon
