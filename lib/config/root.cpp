// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "config/keys.hpp"
#include "config/network.hpp"
#include "config/sections.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

constexpr std::uint64_t kSecond = 1000;
constexpr std::uint64_t kDay = 86'400 * kSecond;
constexpr Range kLedgerInterval{kSecond, kDay};

/// Each packet is held against them one by one.
constexpr std::size_t kMostNetworks = 256;

constexpr Key<Config> kLedgerKeys[] = {
    {"interval",
     [](const TreeNode& node, Config& config, Reader& reader) {
         reader.duration(node, config.ledger_interval, kLedgerInterval, kSecond);
     }},
};

void list_ledger_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<Config>(kLedgerKeys, prefix, out);
}

constexpr Key<Draft> kKeys[] = {
    {"host", [](const TreeNode& node, Draft& draft,
                Reader& reader) { reader.value(node, draft.config.host, parse_host); }},
    {"run_as", [](const TreeNode& node, Draft& draft,
                  Reader& reader) { reader.value(node, draft.config.run_as, parse_user); }},
    {"control_socket",
     [](const TreeNode& node, Draft& draft, Reader& reader) {
         reader.value(node, draft.config.control_socket, parse_socket_path);
     }},
    {"internal_networks",
     [](const TreeNode& node, Draft& draft, Reader& reader) {
         auto& networks = draft.config.internal_networks;
         reader.list(node, networks, parse_network);
         if (networks.size() > kMostNetworks) {
             reader.fail(node, fmt::format("more than {} networks", kMostNetworks));
         }
     }},
    {.name = "sources", .read = read_sources, .children = list_source_keys, .is_list = true},
    {.name = "rules", .read = read_rules, .children = list_rules_keys},
    {.name = "prefixes", .read = read_prefixes, .children = list_prefix_keys, .is_list = true},
    {.name = "outputs", .read = read_outputs, .children = list_output_keys, .is_list = true},
    {.name = "ledger",
     .read = [](const TreeNode& node, Draft& draft,
                Reader& reader) { reader.mapping<Config>(node, kLedgerKeys, draft.config); },
     .children = list_ledger_keys},
    {.name = "metrics", .read = read_metrics, .children = list_metrics_keys},
};

}  // namespace

void read_root(const TreeNode& root, Draft& draft, Reader& reader) {
    reader.mapping<Draft>(root, kKeys, draft);
}

std::vector<std::string> known_keys() {
    std::vector<std::string> keys;
    list_keys<Draft>(kKeys, "", keys);
    // Types of outputs may have keys of the same name.
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

}  // namespace nflogd::config
