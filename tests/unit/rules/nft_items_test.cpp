// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of nf_tables, also such as no kernel should send.
#include "rules/nft_items.hpp"

#include <netinet/in.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <cstring>

#include "catch.hpp"
#include "rules/watch.hpp"

using namespace nflogd;
using namespace nflogd::rules;

namespace {

constexpr std::uint8_t kInet = 1;
const std::vector<NftPlace> kOurs = {{kInet, "T"}};

/// A message with a table's name in it, as a datagram.
std::vector<std::uint8_t> message(unsigned type, const char* table = "T",
                                  std::uint8_t family = kInet) {
    std::vector<std::uint8_t> bytes(512);
    nlmsghdr* header = mnl_nlmsg_put_header(bytes.data());
    header->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type);
    auto* netfilter = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
    netfilter->nfgen_family = family;
    mnl_attr_put_strz(header, NFTA_TABLE_NAME, table);
    mnl_attr_put_u64(header, NFTA_TABLE_HANDLE, htobe64(77));
    bytes.resize(header->nlmsg_len);
    return bytes;
}

void set_length(std::vector<std::uint8_t>& bytes, std::uint32_t length) {
    std::memcpy(bytes.data(), &length, sizeof length);
}

int count_messages(const std::vector<std::uint8_t>& bytes) {
    int count = 0;
    for_each_message(bytes, [&](const nlmsghdr&) { ++count; });
    return count;
}

std::vector<NftItem> items_of(const std::vector<std::uint8_t>& bytes) {
    std::vector<NftItem> items;
    for_each_message(bytes, [&](const nlmsghdr& one) {
        if (auto item = read_nft_item(one)) items.push_back(std::move(*item));
    });
    return items;
}

}  // namespace

TEST_CASE("a table's message is read") {
    const auto items = items_of(message(NFT_MSG_NEWTABLE));
    REQUIRE(items.size() == 1);
    CHECK(items[0].table == "T");
    CHECK(items[0].family == kInet);
    CHECK(items[0].handle == 77);
}

TEST_CASE("an event is ours by family and table, whatever it is about") {
    for (const unsigned type : {NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, NFT_MSG_DELCHAIN,
                                NFT_MSG_NEWRULE, NFT_MSG_DELRULE, NFT_MSG_DELOBJ, NFT_MSG_DELSET})
        CHECK(speaks_of(message(type), kOurs));
    CHECK_FALSE(speaks_of(message(NFT_MSG_DELTABLE, "t"), kOurs));
    CHECK_FALSE(speaks_of(message(NFT_MSG_DELTABLE, "T", 2), kOurs));
    CHECK_FALSE(speaks_of(message(NFT_MSG_NEWSETELEM), kOurs));
    CHECK_FALSE(speaks_of(message(NFT_MSG_NEWGEN), kOurs));
}

TEST_CASE("several messages of one datagram are all seen") {
    auto both = message(NFT_MSG_DELCHAIN, "other");
    const auto second = message(NFT_MSG_DELCHAIN);
    both.insert(both.end(), second.begin(), second.end());
    CHECK(count_messages(both) == 2);
    CHECK(speaks_of(both, kOurs));
}

TEST_CASE("lengths that cannot be right end the datagram") {
    const auto good = message(NFT_MSG_DELTABLE);
    const auto size = static_cast<std::uint32_t>(good.size());
    for (const std::uint32_t length :
         {0U, 1U, 15U, size + 1, 0x7fffffffU, 0x80000000U, 0x80000010U, 0xffffffffU}) {
        INFO(length);
        auto bad = good;
        set_length(bad, length);
        CHECK(count_messages(bad) == 0);
        CHECK_FALSE(speaks_of(bad, kOurs));
    }
    CHECK(count_messages({}) == 0);
}

TEST_CASE("cut at any byte nothing is read past the end") {
    const auto good = message(NFT_MSG_NEWRULE);
    for (std::size_t size = 0; size < good.size(); ++size) {
        auto cut = std::vector<std::uint8_t>(good.begin(),
                                             good.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(count_messages(cut) == 0);
        if (size < sizeof(nlmsghdr)) continue;
        set_length(cut, static_cast<std::uint32_t>(size));  // a header that is content with it
        for (const auto& item : items_of(cut)) CHECK(item.table.size() <= 1);
    }
}

TEST_CASE("any byte may be any other") {
    const auto good = message(NFT_MSG_NEWCHAIN);
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const std::uint8_t value : std::array<std::uint8_t, 5>{0, 1, 0x7f, 0x80, 0xff}) {
            auto bad = good;
            bad[at] = value;
            CHECK(items_of(bad).size() <= 1);
            static_cast<void>(speaks_of(bad, kOurs));
        }
}
