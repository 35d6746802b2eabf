// SPDX-License-Identifier: GPL-2.0-or-later
#include "enrich/interfaces.hpp"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

namespace nflogd::enrich {
namespace {

/// Looking further than this costs more than a missing name.
constexpr std::size_t kProbes = 16;
/// The kernel's dump of interfaces needs this much at most (rtnetlink.c).
constexpr std::size_t kBufferBytes = 64 << 10;

std::size_t home_of(std::uint32_t index) { return index % InterfaceTable::kSlots; }

int on_attribute(const nlattr* attribute, void* name) {
    if (mnl_attr_get_type(attribute) == IFLA_IFNAME &&
        mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) >= 0) {
        *static_cast<const char**>(name) = mnl_attr_get_str(attribute);
    }
    return MNL_CB_OK;
}

}  // namespace

void InterfaceTable::name(Interface& interface) const {
    interface.name.fill('\0');
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
        const Slot& slot = slots_[(home_of(interface.index) + probe) % kSlots];
        const std::uint32_t before = slot.version.load(std::memory_order_acquire);
        if (before == 0) return;  // never used: the chain ends here
        const std::uint32_t index = slot.index.load(std::memory_order_acquire);
        if (index != interface.index) continue;
        const std::array<std::uint64_t, 2> words = {slot.name[0].load(std::memory_order_acquire),
                                                    slot.name[1].load(std::memory_order_acquire)};
        if (before % 2 == 1 || slot.version.load(std::memory_order_acquire) != before) {
            --probe;  // somebody writes just now: it is done within nanoseconds
            continue;
        }
        std::memcpy(interface.name.data(), words.data(), sizeof words);
        return;
    }
}

InterfaceTable::Slot* InterfaceTable::find(std::uint32_t index) {
    Slot* free_slot = nullptr;
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
        Slot& slot = slots_[(home_of(index) + probe) % kSlots];
        const std::uint32_t held = slot.index.load(std::memory_order_relaxed);
        if (held == index) return &slot;
        if (held == 0 && free_slot == nullptr) free_slot = &slot;
    }
    return free_slot;
}

void InterfaceTable::write(Slot& slot, std::uint32_t index, std::string_view name) {
    std::array<char, 16> bytes{};
    std::copy_n(name.data(), std::min(name.size(), bytes.size() - 1), bytes.data());
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), bytes.data(), sizeof words);
    const std::uint32_t version = slot.version.load(std::memory_order_relaxed);
    slot.version.exchange(version + 1, std::memory_order_acq_rel);
    slot.index.store(index, std::memory_order_release);
    slot.name[0].store(words[0], std::memory_order_release);
    slot.name[1].store(words[1], std::memory_order_release);
    slot.version.store(version + 2, std::memory_order_release);
}

void InterfaceTable::set(std::uint32_t index, std::string_view name) {
    if (Slot* slot = find(index); slot != nullptr && index != 0) write(*slot, index, name);
}

void InterfaceTable::forget(std::uint32_t index) {
    Slot* slot = find(index);
    if (slot != nullptr && slot->index.load(std::memory_order_relaxed) == index) {
        write(*slot, 0, {});
    }
}

void apply_link_messages(Bytes datagram, InterfaceTable& table) {
    int rest = static_cast<int>(datagram.size());
    const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data());
    // libmnl takes a length above INT_MAX for a negative one, and so for a good one.
    for (; mnl_nlmsg_ok(message, rest) && message->nlmsg_len <= datagram.size();
         message = mnl_nlmsg_next(message, &rest)) {
        if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK) continue;
        if (mnl_nlmsg_get_payload_len(message) < sizeof(ifinfomsg)) continue;
        const auto* link = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
        // Bridges announce that a port left them with DELLINK of family bridge.
        if (link->ifi_family != AF_UNSPEC || link->ifi_index <= 0) continue;
        const auto index = static_cast<std::uint32_t>(link->ifi_index);
        const char* name = nullptr;
        mnl_attr_parse(message, sizeof(ifinfomsg), on_attribute, &name);
        if (message->nlmsg_type == RTM_DELLINK) {
            table.forget(index);
        } else if (name != nullptr) {
            table.set(index, name);
        }
    }
}

Result<InterfaceMonitor> InterfaceMonitor::open(InterfaceTable& table) {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (!fd) return system_error(errno, "opening an rtnetlink socket");
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return system_error(errno, "listening to interface changes");
    }
    InterfaceMonitor monitor(std::move(fd), table);
    if (Status status = monitor.request_all(); !status) return status.error();
    monitor.update();
    return monitor;
}

Status InterfaceMonitor::request_all() {
    std::array<char, 128> buffer;
    nlmsghdr* request = mnl_nlmsg_put_header(buffer.data());
    request->nlmsg_type = RTM_GETLINK;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    auto* link = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(request, sizeof(ifinfomsg)));
    link->ifi_family = AF_UNSPEC;
    if (::send(fd_.get(), request, request->nlmsg_len, 0) < 0) {
        return system_error(errno, "asking for the interfaces");
    }
    return {};
}

void InterfaceMonitor::update() {
    std::vector<std::uint8_t> buffer(kBufferBytes);
    while (true) {
        const ssize_t length = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (length > 0) {
            apply_link_messages(Bytes(buffer).first(static_cast<std::size_t>(length)), *table_);
        } else if (length < 0 && errno == ENOBUFS) {
            if (!request_all()) return;
        } else if (length == 0 || errno != EINTR) {
            return;
        }
    }
}

}  // namespace nflogd::enrich
