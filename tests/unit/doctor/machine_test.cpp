// SPDX-License-Identifier: GPL-2.0-or-later
// Checks on machines that the test makes up: a folder stands for the system's root.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "doctor/checks.hpp"
#include "doctor/processes.hpp"
#include "doctor/report.hpp"

using namespace nflogd;
using namespace nflogd::doctor;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

class Fake {
public:
    Fake() {
        std::string name = (fs::temp_directory_path() / "nflogd-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        machine.root = name;
        machine.release = "6.1.0";
        machine.machine = "x86_64";
        machine.wanted.sources.emplace_back();
        machine.wanted.rules.groups = {100};
        machine.now = std::chrono::seconds(1'800'000'000);
    }
    ~Fake() { fs::remove_all(machine.root); }
    Fake(const Fake&) = delete;
    Fake& operator=(const Fake&) = delete;

    void file(const std::string& path, const std::string& text) const {
        fs::create_directories(fs::path(machine.root + path).parent_path());
        std::ofstream(machine.root + path) << text;
    }
    void log_file(const std::string& path) {
        WrittenPlace place;
        place.output = "main";
        place.file.path = path;
        machine.wanted.places.push_back(place);
    }

    Machine machine;
};

/// The names of what a check found; "" stands for ok, "skipped" for itself.
std::vector<std::string> names(const std::vector<Finding>& findings) {
    std::vector<std::string> list;
    for (const Finding& finding : findings)
        list.push_back(finding.grade == Grade::skipped ? "skipped" : finding.name);
    return list;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("nfnetlink_log is there, can be loaded, or is missing") {
    Fake fake;
    fs::create_directories(fake.machine.root + "/lib/modules/6.1.0");
    CHECK(names(check_nfnetlink_log(fake.machine)) == Names{"nfnetlink-log-missing"});
    fake.file("/lib/modules/6.1.0/modules.dep", "kernel/net/netfilter/nfnetlink_log.ko: x\n");
    CHECK(names(check_nfnetlink_log(fake.machine)) == Names{""});
    fs::remove_all(fake.machine.root + "/lib/modules");
    fs::create_directories(fake.machine.root + "/boot");
    CHECK(names(check_nfnetlink_log(fake.machine)) == Names{"modules-gone"});
    fake.file("/proc/net/netfilter/nfnetlink_log", "");
    CHECK(names(check_nfnetlink_log(fake.machine)) == Names{""});
}

TEST_CASE("an old kernel has no owner of tables") {
    Fake fake;
    CHECK(names(check_owner_table(fake.machine)) == Names{""});
    fake.machine.release = "5.10.0-28-amd64";
    const auto findings = check_owner_table(fake.machine);
    REQUIRE(names(findings) == Names{"no-owner-tables"});
    CHECK(findings[0].repair == "apt-get install linux-image-amd64 && reboot");
}

TEST_CASE("in a user namespace rmem_max is the limit of the receive buffer") {
    Fake fake;
    fake.file("/proc/sys/net/core/rmem_max", "212992\n");
    fake.machine.granted_buffer = 32 << 20;
    CHECK(names(check_receive_buffer(fake.machine)) == Names{""});
    fake.machine.granted_buffer = 212992;
    const auto findings = check_receive_buffer(fake.machine);
    REQUIRE(names(findings) == Names{"receive-buffer-limited"});
    CHECK(findings[0].repair == "sysctl -w net.core.rmem_max=33554432");
    fake.machine.net_admin = false;  // the daemon's own capability counts
    fake.file("/proc/self/uid_map", "0 0 4294967295\n");
    CHECK(names(check_receive_buffer(fake.machine)) == Names{""});
}

TEST_CASE("a buffer of 32 MiB is too much for a router of 64 MB") {
    Fake fake;
    fake.file("/proc/meminfo", "MemTotal:  60000 kB\n");
    const auto findings = check_memory(fake.machine);
    REQUIRE(names(findings) == Names{"buffers-exceed-memory"});
    CHECK_THAT(findings[0].repair, Contains("receive_buffer: 7"));
    fake.machine.wanted.sources[0].receive_buffer = 7 << 20;
    CHECK(names(check_memory(fake.machine)) == Names{""});
}

TEST_CASE("connection tracking that is nearly full") {
    Fake fake;
    CHECK(names(check_conntrack(fake.machine)) == Names{""});
    fake.file("/proc/sys/net/netfilter/nf_conntrack_max", "1000\n");
    fake.file("/proc/sys/net/netfilter/nf_conntrack_count", "899\n");
    CHECK(names(check_conntrack(fake.machine)) == Names{""});
    fake.file("/proc/sys/net/netfilter/nf_conntrack_count", "900\n");
    CHECK(names(check_conntrack(fake.machine)) == Names{"conntrack-full"});
}

TEST_CASE("a clock that is wrong or that nobody keeps right") {
    Fake fake;
    CHECK(names(check_clock(fake.machine)) == Names{""});
    fake.machine.unsynchronised = true;
    CHECK(names(check_clock(fake.machine)) == Names{"clock-unsynchronised"});
    fake.machine.now = std::chrono::seconds(0);
    fake.machine.build_year = 2026;
    CHECK(names(check_clock(fake.machine)) == Names{"clock-wrong"});
}

TEST_CASE("a unit that takes what the daemon needs") {
    Fake fake;
    CHECK(names(check_unit(fake.machine)) == Names{""});
    const std::string good = "[Service]\nUser=x\nAmbientCapabilities=CAP_NET_ADMIN\n";
    fake.file("/usr/lib/systemd/system/nflogd.service", good);
    CHECK(names(check_unit(fake.machine)) == Names{""});
    fake.file("/etc/systemd/system/nflogd.service.d/a.conf",
              "[Service]\nPrivateNetwork=yes\nPrivateUsers=yes\nMemoryMax=1M\n"
              "AmbientCapabilities=\nRestrictAddressFamilies=AF_UNIX\n");
    CHECK(names(check_unit(fake.machine)) == Names{"unit-private-network", "unit-private-users",
                                                   "unit-capability", "unit-families",
                                                   "unit-memory"});
    fake.file("/etc/systemd/system/nflogd.service.d/doctor.conf",
              "[Service]\nPrivateNetwork=no\nPrivateUsers=no\nMemoryMax=64M\n"
              "AmbientCapabilities=CAP_NET_ADMIN\nRestrictAddressFamilies=AF_NETLINK\n");
    CHECK(names(check_unit(fake.machine)) == Names{""});
}

TEST_CASE("the shipped unit is good") {
    Fake fake;
    std::ifstream file(NFLOGD_SOURCE_DIR "/systemd/nflogd.service");
    fake.file("/usr/lib/systemd/system/nflogd.service", {std::istreambuf_iterator<char>(file), {}});
    fake.log_file("/var/log/nflogd/nflogd.json");
    fake.machine.wanted.journald = true;
    CHECK(names(check_unit(fake.machine)) == Names{""});
    fake.log_file("/srv/log/x.json");
    CHECK(names(check_unit(fake.machine)) == Names{"unit-read-only"});
}

TEST_CASE("logrotate on a file that the output rotates") {
    Fake fake;
    fake.log_file("/var/log/nflogd/nflogd.json");
    fake.file("/etc/logrotate.d/all",
              "/var/log/nflogd/*.json {\n  daily\n  copytruncate\n"
              "  postrotate\n    echo } copytruncate\n  endscript\n}\n");
    CHECK(names(check_logrotate(fake.machine)) == Names{"logrotate-copytruncate"});
    fake.file("/etc/logrotate.d/all", "/var/log/nflogd/*.json {\n  daily\n}\n");
    CHECK(names(check_logrotate(fake.machine)) == Names{""});
    fake.machine.wanted.places[0].file.rotate.size = 1 << 20;
    CHECK(names(check_logrotate(fake.machine)) == Names{"logrotate-too"});
    fs::rename(fake.machine.root + "/etc/logrotate.d/all",
               fake.machine.root + "/etc/logrotate.d/all.disabled");
    CHECK(names(check_logrotate(fake.machine)) == Names{""});
}

TEST_CASE("ulogd that takes our group at boot") {
    Fake fake;
    fake.file("/etc/ulogd.conf", "[log1]\n#group=100\ngroup=7\n");
    fs::create_directories(fake.machine.root + "/etc/systemd/system/multi-user.target.wants");
    fs::create_symlink(
        "/x", fake.machine.root + "/etc/systemd/system/multi-user.target.wants/ulogd2.service");
    CHECK(names(check_other_loggers(fake.machine)) == Names{""});
    fake.file("/etc/ulogd.conf", "[log1]\ngroup = 100\n");
    CHECK(names(check_other_loggers(fake.machine)) == Names{"ulogd-wants-group"});
}

TEST_CASE("the daemon is what runs with the same configuration") {
    CHECK(is_daemon({1, "nflogd", {"nflogd", "run"}, {}}, ""));
    CHECK(is_daemon({1, "nflogd-worker", {"nflogd", "run", "-c", "/a/../b"}, {}}, "/b"));
    CHECK(is_daemon({1, "nflogd", {"nflogd", "run", "-c", "b"}, {}, "/a"}, "/a/b"));
    CHECK_FALSE(is_daemon({1, "nflogd", {"nflogd", "run", "-c", "/a"}, {}}, "/b"));
    CHECK_FALSE(is_daemon({1, "nflogd", {"nflogd", "run", "-c", "b"}, {}, "/"}, "/a/b"));
    CHECK_FALSE(is_daemon({1, "nflogd", {"nflogd", "record", "--group", "100"}, {}}, ""));
}

TEST_CASE("what could not be looked at is no ok") {
    Fake fake;
    fake.machine.net_admin = fake.machine.sees_all = false;
    fake.machine.firewall = Error{"needs CAP_NET_ADMIN"};
    for (const auto& check : {check_groups, check_listeners, check_rule_counters, check_rule_limits,
                              check_rule_settings, check_kernel_log})
        CHECK(names(check(fake.machine)) == Names{"skipped"});
}

TEST_CASE("what others chose drives no terminal, and is one word to a shell") {
    CHECK(shell_word("/var/log/x") == "/var/log/x");
    CHECK(shell_word("a'b; reboot") == "'a'\\''b; reboot'");
    const auto text = to_text({ok("evil \x1b[2J name\nproblem")}, false);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK_THAT(to_json({ok("\xff")}), Contains("\\ufffd"));
}
