// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the checks look at: the configuration as far as it matters here, the files of
/// the system below a folder, and what takes system calls or other stages to find out.
/// Plain data, so that a test makes a machine of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::doctor {

/// A file or a spool of an output.
struct WrittenPlace {
    enum class Kind : std::uint8_t { file, spool };
    Kind kind = Kind::file;
    std::string output;  ///< its name
    FileOptions file;    ///< of a spool only `path`, a directory
    std::uint64_t spool_max = 0;
    Location where;
};

struct Wanted {
    std::string config_file;  ///< empty: the embedded default
    std::vector<NflogOptions> sources;
    RulesOptions rules;
    std::vector<WrittenPlace> places;
    bool journald = false;           ///< an output goes to the journal
    bool network = false;            ///< an output sends over IP
    std::uint64_t queue_memory = 0;  ///< bytes that all outputs' queues can hold
    std::string run_as;
    std::string control_socket;
};

struct Holder {
    std::uint16_t group = 0;
    pid_t pid = 0;        ///< 0: not to be seen from here
    std::string program;  ///< empty likewise
};

/// A rule of the operator's that logs to a group, and what is wrong with it.
struct LogRuleState {
    std::uint16_t group = 0;
    std::string where;  ///< as the firewall's program calls it
    bool counted = true;
    bool limit_uncounted = false;   ///< a limit before the log, and no counter before that
    bool limit_behind_log = false;  ///< a limit that the log does not feel
    std::optional<std::uint32_t> small_snaplen;        ///< too small for headers
    std::optional<std::uint32_t> low_queue_threshold;  ///< costs much more than ours
    std::string repair;  ///< makes all of this go; empty: no such command is known
};

struct FirewallState {
    std::vector<LogRuleState> rules;  ///< those of our own table left out
    bool plain_log = false;           ///< a rule logs to the kernel's log
};

/// Who writes the logs.
struct User {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
};

struct DaemonState {
    bool answers = false;
    std::string why_not;  ///< if it does not
    bool degraded = false;
    std::vector<std::string> warnings;
};

struct Disk {
    std::uint64_t free = 0;  ///< bytes that the daemon may use
    std::uint64_t inodes = 0;
    bool counts_inodes = true;
    bool read_only = false;
    std::string mountpoint;
};

struct Machine {
    std::string root;  ///< before every path of the system; empty: the real one
    Wanted wanted;
    bool net_admin = true;   ///< we have CAP_NET_ADMIN
    bool sees_all = true;    ///< we are root: other users' processes can be seen
    std::string release;     ///< of the kernel
    std::string machine;     ///< as uname -m
    int landlock_error = 0;  ///< errno; 0: there is Landlock
    bool unsynchronised = false;
    std::chrono::seconds now{0};  ///< UNIX time
    int build_year = 1970;
    std::uint64_t granted_buffer = 0;  ///< bytes, of the largest one that is wanted; 0: not asked
    Result<std::vector<Holder>> holders = std::vector<Holder>{};
    Result<FirewallState> firewall = FirewallState{};
    std::function<std::optional<User>(const std::string&)> find_user;
    std::function<std::optional<Disk>(const std::string&)> find_disk;
    uid_t euid = 0;
    std::optional<DaemonState> daemon;  ///< nothing: cannot be asked
};

/// What the system itself says: of Machine all but `wanted`, `holders`, `firewall` and
/// `daemon`. Changes nothing.
[[nodiscard]] Machine look_around(std::uint64_t receive_buffer);

/// Who writes: the user of run_as, or the one that we are.
[[nodiscard]] User writer_of(const Machine& machine);
/// False: whoever starts the daemon is not us, and nothing tells who it is.
[[nodiscard]] bool knows_writer(const Machine& machine);
/// Its name for chown.
[[nodiscard]] std::string writer_name(const Machine& machine);

/// The text of a file; nothing if it cannot be read. At most 1 MiB.
[[nodiscard]] std::optional<std::string> read_text(const std::string& path);
/// Its lines, without their ends.
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);
/// The number that a file of the kernel's holds.
[[nodiscard]] std::optional<std::uint64_t> read_number(const std::string& path);

/// "32 MiB", rounded down.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "32MiB", as the configuration takes it: rounded down.
[[nodiscard]] std::string size_setting(std::uint64_t bytes);

}  // namespace nflogd::doctor
