// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft_items.hpp"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <climits>

#include "nft_attributes.hpp"
#include "nft_expressions.hpp"

namespace nflogd::rules {
namespace {

using Kind = NftItem::Kind;

/// Where a message of one type keeps what an item needs. Attribute 1 is the
/// table's name in all of them.
struct Shape {
    std::uint8_t type;
    Kind kind;
    int handle;
    int chain;  ///< 0: none, as for `name`
    int name;
};

constexpr Shape kShapes[] = {
    {NFT_MSG_NEWTABLE, Kind::table, NFTA_TABLE_HANDLE, 0, 0},
    {NFT_MSG_DELTABLE, Kind::table, NFTA_TABLE_HANDLE, 0, 0},
    {NFT_MSG_NEWCHAIN, Kind::chain, NFTA_CHAIN_HANDLE, 0, NFTA_CHAIN_NAME},
    {NFT_MSG_DELCHAIN, Kind::chain, NFTA_CHAIN_HANDLE, 0, NFTA_CHAIN_NAME},
    {NFT_MSG_NEWRULE, Kind::rule, NFTA_RULE_HANDLE, NFTA_RULE_CHAIN, 0},
    {NFT_MSG_DELRULE, Kind::rule, NFTA_RULE_HANDLE, NFTA_RULE_CHAIN, 0},
    {NFT_MSG_NEWOBJ, Kind::object, NFTA_OBJ_HANDLE, 0, NFTA_OBJ_NAME},
    {NFT_MSG_DELOBJ, Kind::object, NFTA_OBJ_HANDLE, 0, NFTA_OBJ_NAME},
};

const Shape* shape_of(const nlmsghdr& message) {
    if (message.nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES) return nullptr;
    const auto* const row =
        std::find_if(std::begin(kShapes), std::end(kShapes),
                     [&](const Shape& shape) { return shape.type == (message.nlmsg_type & 0xff); });
    return row == std::end(kShapes) ? nullptr : row;
}

/// Hook, priority, policy and flags of a base chain.
std::string chain_detail(const Attributes& chain) {
    const auto hook = chain.nested(NFTA_CHAIN_HOOK);
    if (!hook) return "";
    std::string text;
    for (const auto part : {hook->number32(NFTA_HOOK_HOOKNUM), hook->number32(NFTA_HOOK_PRIORITY),
                            chain.number32(NFTA_CHAIN_POLICY), chain.number32(NFTA_CHAIN_FLAGS)})
        text += std::to_string(part.value_or(0)) + ' ';
    return text;
}

/// User data is what nft keeps there for itself: type, length and value, each type in
/// one byte, a comment being type 0 with its NUL (libnftnl, nftnl_udata_rule_types).
std::string rule_comment(const Attributes& rule) {
    Cursor rest(rule.bytes(NFTA_RULE_USERDATA));
    std::uint8_t type = 0;
    std::uint8_t length = 0;
    Bytes value;
    while (rest.u8(type) && rest.u8(length) && rest.take(length, value)) {
        if (type != 0) continue;
        const auto* text = reinterpret_cast<const char*>(value.data());
        return {text, ::strnlen(text, value.size())};
    }
    return {};
}

void read_details(NftItem& item, const Attributes& attributes) {
    switch (item.kind) {
        case Kind::table:
            item.detail = std::to_string(attributes.number32(NFTA_TABLE_FLAGS).value_or(0));
            break;
        case Kind::chain: item.detail = chain_detail(attributes); break;
        case Kind::rule:
            item.expressions = read_expressions(attributes);
            item.comment = rule_comment(attributes);
            break;
        case Kind::object:
            if (attributes.number32(NFTA_OBJ_TYPE) != NFT_OBJECT_COUNTER) break;
            if (const auto data = attributes.nested(NFTA_OBJ_DATA))
                item.packets = data->number64(NFTA_COUNTER_PACKETS);
            break;
    }
}

}  // namespace

void for_each_message(Bytes datagram, const std::function<void(const nlmsghdr&)>& take) {
    int rest = static_cast<int>(std::min<std::size_t>(datagram.size(), INT_MAX));
    const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data());
    // libmnl takes a length above INT_MAX for a negative one, and so for a good one.
    while (mnl_nlmsg_ok(message, rest) && message->nlmsg_len <= static_cast<unsigned>(rest)) {
        take(*message);
        message = mnl_nlmsg_next(message, &rest);
    }
}

std::optional<NftItem> read_nft_item(const nlmsghdr& message) {
    const auto* const shape = shape_of(message);
    if (shape == nullptr || mnl_nlmsg_get_payload_len(&message) < sizeof(nfgenmsg))
        return std::nullopt;
    const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&message));
    const Attributes attributes(message);
    NftItem item;
    item.kind = shape->kind;
    item.family = header->nfgen_family;
    item.table = attributes.text(NFTA_TABLE_NAME);
    item.handle = attributes.number64(shape->handle).value_or(0);
    if (shape->chain != 0) item.chain = attributes.text(shape->chain);
    if (shape->name != 0) item.name = attributes.text(shape->name);
    read_details(item, attributes);
    return item;
}

}  // namespace nflogd::rules
