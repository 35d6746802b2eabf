// SPDX-License-Identifier: GPL-2.0-or-later
// Receive buffers: what the kernel grants, and whether the machine has memory for them.
#include <algorithm>
#include <charconv>
#include <sstream>

#include "checks.hpp"
#include "edit.hpp"

namespace nflogd::doctor {
namespace {

/// A buffer counts what its packets take up in the kernel, and is granted doubled.
constexpr std::uint64_t kGrantedTimes = 2;

/// All of the machine's users are in the user namespace that we are in.
bool in_first_user_namespace(const Machine& machine) {
    std::istringstream row(read_text(machine.root + "/proc/self/uid_map").value_or(""));
    std::uint64_t inside = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    if (!(row >> inside >> outside >> count)) return true;
    return inside == 0 && outside == 0 && count == UINT32_MAX;
}

std::uint64_t largest_buffer(const Machine& machine) {
    std::uint64_t largest = 0;
    for (const NflogOptions& source : machine.wanted.sources) {
        largest = std::max<std::uint64_t>(largest, source.receive_buffer);
    }
    return largest;
}

std::optional<std::uint64_t> total_memory(const Machine& machine) {
    for (const std::string& line :
         lines_of(read_text(machine.root + "/proc/meminfo").value_or(""))) {
        std::istringstream row(line);
        std::string key;
        std::uint64_t kib = 0;
        if (row >> key >> kib && key == "MemTotal:") return kib << 10;
    }
    return std::nullopt;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
    return std::to_string(part * 100 / std::max<std::uint64_t>(whole, 1)) + " %";
}

}  // namespace

std::vector<Finding> check_receive_buffer(const Machine& machine) {
    const std::uint64_t wanted = largest_buffer(machine);
    const bool asked = machine.net_admin && machine.granted_buffer != 0;
    if (asked && machine.granted_buffer >= wanted) {
        return {ok("the kernel grants a receive buffer of " + bytes_text(wanted))};
    }
    const auto limit = read_number(machine.root + "/proc/sys/net/core/rmem_max");
    if (limit && *limit >= wanted) {
        return {ok("net.core.rmem_max allows a receive buffer of " + bytes_text(wanted))};
    }
    if (!asked && in_first_user_namespace(machine)) {
        return {ok("the daemon's CAP_NET_ADMIN is above net.core.rmem_max")};
    }
    if (!limit && !asked) {
        return {skipped("net.core.rmem_max cannot be read in this network namespace")};
    }
    const std::uint64_t granted = asked ? machine.granted_buffer : *limit;
    return {found("receive-buffer-limited",
                  "the kernel grants a receive buffer of " + bytes_text(granted) + " instead of " +
                      bytes_text(wanted) +
                      ": in a user namespace CAP_NET_ADMIN does not go beyond net.core.rmem_max",
                  {{"bytes", std::to_string(wanted)},
                   {"part", percent(granted, wanted), Blank::Kind::text}})};
}

std::vector<Finding> check_memory(const Machine& machine) {
    const auto memory = total_memory(machine);
    if (!memory) return {skipped("/proc/meminfo cannot be read")};
    std::uint64_t buffers = 0;
    std::size_t groups = 0;
    for (const NflogOptions& source : machine.wanted.sources) {
        buffers += source.groups.size() * source.receive_buffer * kGrantedTimes;
        groups += source.groups.size();
    }
    const std::string text = "receive buffers can hold " + bytes_text(buffers) + " of " +
                             bytes_text(*memory) + " of memory";
    if (buffers <= *memory / 4) return {ok(text)};
    const std::uint64_t fits =
        *memory / 4 / kGrantedTimes / std::max<std::size_t>(groups, 1) >> 10 << 10;
    const Location where =
        machine.wanted.sources.empty() ? Location{} : machine.wanted.sources.front().where;
    return {found("buffers-exceed-memory", text,
                  edit_at(machine, where, {{"size", size_setting(fits)}}))};
}

}  // namespace nflogd::doctor
