// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/group_holder.hpp"

#include <linux/netlink.h>

#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nflogd::source {
namespace {

namespace fs = std::filesystem;

/// The inode of the NETLINK_NETFILTER socket with this port (/proc/net/netlink:
/// sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode); 0 if there is none.
unsigned long socket_inode(std::uint32_t port_id, const std::string& proc) {
    std::ifstream file(proc + "/net/netlink");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream row(line);
        std::string skip;
        unsigned protocol = 0;
        std::uint32_t port = 0;
        unsigned long inode = 0;
        row >> skip >> protocol >> port >> skip >> skip >> skip >> skip >> skip >> skip >> inode;
        if (row && protocol == NETLINK_NETFILTER && port == port_id) return inode;
    }
    return 0;
}

bool has_socket(const fs::path& process, const std::string& link) {
    std::error_code error;
    for (fs::directory_iterator it(process / "fd", error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (fs::read_symlink(it->path(), ignored) == link) return true;
    }
    return false;
}

std::string program_name(const fs::path& process) {
    std::ifstream file(process / "comm");
    std::string name;
    std::getline(file, name);
    return name.empty() ? "a process" : name;
}

}  // namespace

std::optional<GroupState> read_group_state(std::uint16_t group, const std::string& proc) {
    const auto groups = read_groups(proc);
    if (!groups) return std::nullopt;
    for (const auto& [number, state] : *groups)
        if (number == group) return state;
    return std::nullopt;
}

Result<std::vector<std::pair<std::uint16_t, GroupState>>> read_groups(const std::string& proc) {
    const std::string path = proc + "/net/netfilter/nfnetlink_log";
    std::vector<std::pair<std::uint16_t, GroupState>> groups;
    std::ifstream file(path);
    if (!file && errno != ENOENT) return system_error(errno, path);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream row(line);
        std::uint16_t number = 0;
        unsigned queued = 0;
        GroupState state;
        row >> number >> state.port_id >> queued >> state.copy_mode >> state.copy_range >>
            state.flush_timeout;
        if (row) groups.emplace_back(number, state);
    }
    return groups;
}

std::optional<GroupHolder> find_holder(const GroupState& state, const std::string& proc) {
    const unsigned long inode = socket_inode(state.port_id, proc);
    if (inode == 0) return std::nullopt;
    const std::string link = "socket:[" + std::to_string(inode) + "]";
    std::error_code error;
    for (fs::directory_iterator it(proc, error), end; !error && it != end; it.increment(error)) {
        const std::string pid = it->path().filename();
        if (std::isdigit(static_cast<unsigned char>(pid[0])) == 0) continue;
        if (has_socket(it->path(), link))
            return GroupHolder{std::stoi(pid), program_name(it->path())};
    }
    return std::nullopt;
}

std::string describe_holder(const GroupState& state, const std::string& proc) {
    if (const auto holder = find_holder(state, proc)) {
        return holder->program + " (pid " + std::to_string(holder->pid) + ")";
    }
    return std::string(kUnseenHolder) + " (netlink port " + std::to_string(state.port_id) + ")";
}

}  // namespace nflogd::source
