// SPDX-License-Identifier: GPL-2.0-or-later
// list_nft_items(): the dumps of nf_tables, read as one.
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <memory>

#include "core/fd.hpp"
#include "nft_items.hpp"

namespace nflogd::rules {
namespace {

constexpr std::size_t kBufferBytes = 256 << 10;
constexpr timeval kPatience{5, 0};  ///< the kernel answers at once
/// Whoever changes the ruleset without end keeps us from seeing it whole.
constexpr int kAttempts = 20;

enum class Dump { complete, interrupted };

class Lister {
public:
    Lister(const NftQuery& query, std::vector<NftItem>& items) : query_(query), items_(items) {}

    Status open() {
        fd_ = Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
        if (!fd_) return system_error(errno, "netfilter's netlink socket", EX_UNAVAILABLE);
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
        return {};
    }

    /// Everything of one kind. Interrupted: the ruleset has changed meanwhile.
    Result<Dump> dump(std::uint8_t message_type) {
        if (auto status = request(message_type); !status) return status.error();
        state_ = State::reading;
        outcome_ = Dump::complete;
        while (state_ == State::reading)
            if (auto status = receive(); !status) return status.error();
        return outcome_;
    }

private:
    enum class State { reading, done, failed };

    Status request(std::uint8_t message_type) {
        std::array<char, 1024> buffer{};
        nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
        message->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message_type);
        message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        message->nlmsg_seq = ++sequence_;
        auto* header =
            static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
        header->nfgen_family = query_.family;
        header->version = NFNETLINK_V0;
        put_filter(message, message_type);
        if (::send(fd_.get(), message, message->nlmsg_len, 0) < 0)
            return system_error(errno, "asking for the ruleset");
        return {};
    }

    /// Only dumps of rules and objects know one.
    void put_filter(nlmsghdr* message, std::uint8_t message_type) const {
        const bool objects = message_type == NFT_MSG_GETOBJ;
        if (!objects && message_type != NFT_MSG_GETRULE) return;
        const int table = objects ? int{NFTA_OBJ_TABLE} : int{NFTA_RULE_TABLE};
        if (!query_.table.empty())
            mnl_attr_put_strz(message, static_cast<std::uint16_t>(table), query_.table.c_str());
        if (objects && query_.only_counters)
            mnl_attr_put_u32(message, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
    }

    Status receive() {
        const auto got = ::recv(fd_.get(), buffer_.get(), kBufferBytes, MSG_TRUNC);
        if (got < 0 && errno == EINTR) return {};
        if (got < 0) return system_error(errno, "reading the ruleset");
        const auto length = static_cast<std::size_t>(got);
        if (length == 0 || length > kBufferBytes)
            return Error{"reading the ruleset: a message of " + std::to_string(length) + " bytes",
                         EX_OSERR};
        for_each_message({buffer_.get(), length}, [&](const nlmsghdr& message) { take(message); });
        if (state_ == State::failed) return system_error(errno_, "reading the ruleset");
        return {};
    }

    void take(const nlmsghdr& message) {
        if (message.nlmsg_seq != sequence_ || state_ != State::reading) return;
        if ((message.nlmsg_flags & NLM_F_DUMP_INTR) != 0) outcome_ = Dump::interrupted;
        if (message.nlmsg_type == NLMSG_DONE) {
            state_ = State::done;
        } else if (message.nlmsg_type == NLMSG_ERROR) {
            take_error(message);
        } else if (auto item = read_nft_item(message)) {
            take_generation(message);
            if (wanted(*item)) items_.push_back(std::move(*item));
        }
    }

    void take_error(const nlmsghdr& message) {
        state_ = State::failed;
        errno_ = EBADMSG;
        if (mnl_nlmsg_get_payload_len(&message) < sizeof(nlmsgerr)) return;
        errno_ = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(&message))->error;
    }

    /// All dumps must be of one generation of the ruleset.
    void take_generation(const nlmsghdr& message) {
        const auto now = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&message))->res_id;
        if (generation_ && *generation_ != now) outcome_ = Dump::interrupted;
        generation_ = now;
    }

    [[nodiscard]] bool wanted(const NftItem& item) const {
        if (query_.family != 0 && item.family != query_.family) return false;
        if (!query_.table.empty() && item.table != query_.table) return false;
        return !query_.keep || query_.keep(item);
    }

    const NftQuery& query_;
    std::vector<NftItem>& items_;
    Fd fd_;
    std::unique_ptr<std::uint8_t[]> buffer_ = std::make_unique<std::uint8_t[]>(kBufferBytes);
    std::uint32_t sequence_ = 0;
    std::optional<std::uint16_t> generation_;
    State state_ = State::reading;
    Dump outcome_ = Dump::complete;
    int errno_ = 0;
};

Result<Dump> list_once(const NftQuery& query, std::vector<NftItem>& items) {
    Lister lister(query, items);
    if (auto status = lister.open(); !status) return status.error();
    for (const std::uint8_t type :
         {NFT_MSG_GETTABLE, NFT_MSG_GETCHAIN, NFT_MSG_GETRULE, NFT_MSG_GETOBJ}) {
        if (query.only_counters && type != NFT_MSG_GETOBJ) continue;
        auto dumped = lister.dump(type);
        if (!dumped || *dumped == Dump::interrupted) return dumped;
    }
    return Dump::complete;
}

}  // namespace

Result<std::vector<NftItem>> list_nft_items(const NftQuery& query) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        std::vector<NftItem> items;
        const auto dumped = list_once(query, items);
        if (!dumped) return dumped.error();
        if (*dumped == Dump::complete) return items;
    }
    return Error{"reading the ruleset: it changes all the time", EX_TEMPFAIL};
}

}  // namespace nflogd::rules
