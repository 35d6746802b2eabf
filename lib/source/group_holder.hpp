// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What /proc tells about nfnetlink_log groups: who holds one, and with which
/// settings. `proc` is the folder to read, a fixture in tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace nflogd::source {

/// One line of /proc/net/netfilter/nfnetlink_log.
struct GroupState {
    std::uint32_t port_id = 0;  ///< netlink port of the holder; not always its pid
    unsigned copy_mode = 0;     ///< NFULNL_COPY_*
    std::uint32_t copy_range = 0;
    unsigned flush_timeout = 0;  ///< in units of 10 ms
};

/// The process that holds a group. Several may share the socket; it is one of them.
struct GroupHolder {
    int pid = 0;
    std::string program;
};

/// Nothing if nobody holds the group or the file cannot be read.
std::optional<GroupState> read_group_state(std::uint16_t group, const std::string& proc = "/proc");

/// Of another user, container, or one that has just ended.
inline constexpr const char* kUnseenHolder = "a process that cannot be seen from here";

/// All groups that are held; an error if the file cannot be read, no group where the
/// kernel has none.
Result<std::vector<std::pair<std::uint16_t, GroupState>>> read_groups(
    const std::string& proc = "/proc");

/// Nothing if no process that can be seen has that socket.
std::optional<GroupHolder> find_holder(const GroupState& state, const std::string& proc = "/proc");

/// "ulogd (pid 1234)", or the netlink port where no process shows that socket.
std::string describe_holder(const GroupState& state, const std::string& proc = "/proc");

}  // namespace nflogd::source
