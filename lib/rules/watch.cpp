// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch.hpp"

#include <netinet/in.h>  // before the kernel's own, which then leaves out the same

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "iptables_text.hpp"
#include "iptables_tool.hpp"
#include "nft_attributes.hpp"
#include "nft_items.hpp"

namespace nflogd::rules {
namespace {

/// Where nothing is reported. A removal is told and mended within a second.
constexpr std::chrono::milliseconds kPollInterval{400};
constexpr std::size_t kBufferBytes = 64 << 10;
/// A call ends however quickly events come; the rest is read by the next one.
constexpr int kMostDatagrams = 256;
/// Attribute 1 is the table's name in every message about something in a table.
constexpr int kTableName = NFTA_TABLE_NAME;

std::vector<NftPlace> places_of(const RulesOptions& options) {
    if (options.backend == RulesBackend::nftables) return {{NFPROTO_INET, options.table}};
    std::vector<NftPlace> places;
    for (const std::uint8_t family : {NFPROTO_IPV4, NFPROTO_IPV6})
        for (const auto table : kIptablesTables) places.push_back({family, std::string(table)});
    return places;
}

/// Elements of sets come and go all the time; none of them are ours to lose.
bool is_noise(const nlmsghdr& message) {
    constexpr unsigned kNoise[] = {NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM, NFT_MSG_NEWGEN,
                                   NFT_MSG_TRACE};
    return std::find(std::begin(kNoise), std::end(kNoise), message.nlmsg_type & 0xffU) !=
           std::end(kNoise);
}

bool is_about(const nlmsghdr& message, const std::vector<NftPlace>& places) {
    if (message.nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES || is_noise(message)) return false;
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(nfgenmsg)) return false;
    if (places.empty()) return true;
    const auto family = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&message))->nfgen_family;
    const auto table = Attributes(message).text(kTableName);
    return std::any_of(places.begin(), places.end(), [&](const NftPlace& place) {
        return place.family == family && place.table == table;
    });
}

Result<bool> is_legacy(const RulesOptions& options) {
    if (options.backend != RulesBackend::iptables) return false;
    if (options.flavour == IptablesFlavour::legacy) return true;
    const auto variant = IptablesTool(run_program, 4, options.flavour).is_nft_variant();
    if (!variant) return variant.error();
    return !*variant;
}

Result<Fd> subscribe() {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
    if (!fd) return system_error(errno, "netfilter's netlink socket", EX_UNAVAILABLE);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = 1U << (NFNLGRP_NFTABLES - 1);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return system_error(errno, "listening to changes of the ruleset", EX_UNAVAILABLE);
    return fd;
}

}  // namespace

Result<Watch> Watch::open(const RulesOptions& options) {
    Watch watch;
    if (options.backend == RulesBackend::none) return watch;
    const auto legacy = is_legacy(options);
    if (!legacy) return legacy.error();
    if (*legacy) {
        watch.poll_ = kPollInterval;
        return watch;
    }
    auto fd = subscribe();
    if (!fd) return fd.error();
    watch.fd_ = std::move(*fd);
    watch.places_ = places_of(options);
    return watch;
}

Result<Watch> Watch::open_all() {
    Watch watch;
    auto fd = subscribe();
    if (!fd) return fd.error();
    watch.fd_ = std::move(*fd);
    return watch;
}

bool Watch::changed() {
    if (!fd_) return false;
    bool ours = false;
    std::vector<std::uint8_t> buffer(kBufferBytes);
    for (int i = 0; i < kMostDatagrams; ++i) {
        const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_TRUNC);
        if (got > 0) {
            const auto length = static_cast<std::size_t>(got);
            const bool cut = length > buffer.size();
            ours |= cut || speaks_of({buffer.data(), length}, places_);
        } else if (got < 0 && errno == ENOBUFS) {
            ours = true;
        } else if (got == 0 || errno != EINTR) {
            break;
        }
    }
    return ours;
}

bool speaks_of(Bytes datagram, const std::vector<NftPlace>& places) {
    bool found = false;
    for_each_message(datagram,
                     [&](const nlmsghdr& message) { found |= is_about(message, places); });
    return found;
}

}  // namespace nflogd::rules
