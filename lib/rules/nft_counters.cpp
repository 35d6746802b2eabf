// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft_counters.hpp"

#include <nlohmann/json.hpp>

namespace nflogd::rules {
namespace {

using nlohmann::json;

Error not_a_listing(const char* what) {
    return {std::string("nft's list of counters: ") + what, EX_OSERR};
}

}  // namespace

Result<std::map<std::string, std::uint64_t>> parse_nft_counters(const std::string& text) {
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object()) return not_a_listing("not JSON");
    const json list = document.value("nftables", json());
    if (!list.is_array()) return not_a_listing("no array 'nftables'");
    std::map<std::string, std::uint64_t> packets;
    for (const auto& item : list) {
        if (!item.is_object() || !item.contains("counter")) continue;
        const auto& counter = item["counter"];
        const bool whole = counter.is_object() && counter.contains("name") &&
                           counter["name"].is_string() && counter.contains("packets") &&
                           counter["packets"].is_number_unsigned();
        if (!whole) return not_a_listing("a counter without name or packets");
        packets[counter["name"].get<std::string>()] = counter["packets"].get<std::uint64_t>();
    }
    return packets;
}

}  // namespace nflogd::rules
