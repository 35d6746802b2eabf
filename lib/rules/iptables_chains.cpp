// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables_chains.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "iptables_traces.hpp"

namespace nflogd::rules {
namespace {

using Kind = ChainName::Kind;

constexpr int kLinesOfRule = 2;  // in TABLE.N: one counts, one logs

const SavedTable* find_table(const std::vector<SavedTable>& tables, std::string_view name) {
    for (const auto& table : tables)
        if (table.name == name) return &table;
    return nullptr;
}

bool has_chain(const SavedTable* table, const std::string& chain) {
    return table != nullptr &&
           std::find(table->chains.begin(), table->chains.end(), chain) != table->chains.end();
}

bool uses(const Generation& generation, int ip_version, std::string_view table) {
    return std::any_of(
        generation.options.log.begin(), generation.options.log.end(), [&](const LogRule& rule) {
            return iptables_place(rule.hook).table == table && matches_version(rule, ip_version);
        });
}

std::string missing_rule(const LogRule& rule, int ip_version) {
    return IptablesChains::place_of(ip_version) + ": the chains of rule '" + rule.name +
           "' are gone";
}

}  // namespace

std::vector<int> ip_versions() {
    return ::access("/proc/sys/net/ipv6", F_OK) == 0 ? std::vector{4, 6} : std::vector{4};
}

IptablesChains::IptablesChains(const RunProgram& run, OpenNft open_nft, const RulesOptions& options,
                               const std::vector<int>& versions)
    : prefix_(options.table), open_nft_(std::move(open_nft)) {
    for (const int version : versions)
        families_.push_back({IptablesTool(run, version, options.flavour), false, std::nullopt});
}

Status IptablesChains::open() {
    for (auto& family : families_) {
        const auto variant = family.tool.is_nft_variant();
        if (!variant) return variant.error();
        family.nft_variant = *variant;
    }
    return {};
}

std::optional<Refusal> IptablesChains::apply(const Drop& drop, const Generation* add,
                                             const WriteChain& write, bool& changed) {
    for (auto& family : families_)
        if (auto refusal = apply_to(family, drop, add, write, changed)) return refusal;
    return std::nullopt;
}

std::optional<Refusal> IptablesChains::apply_to(Family& family, const Drop& drop,
                                                const Generation* add, const WriteChain& write,
                                                bool& changed) {
    const auto saved = family.tool.save();
    if (!saved) return Refusal{saved.error().message, kNoRule, saved.error().exit_code};
    Listing text;
    int transactions = 0;
    for (const auto name : kIptablesTables) {
        Listing lines;
        if (const auto* table = find_table(*saved, name)) add_cleanup(lines, *table, drop);
        if (add != nullptr) {
            add_markers(lines, family, *saved, add->options, name);
            lines.append(iptables_lines(*add, family.tool.ip_version(), name, write));
        }
        add_transaction(text, name, lines);
        transactions += lines.empty() ? 0 : 1;
    }
    if (text.empty()) return std::nullopt;
    auto refusal = family.tool.restore(text);
    changed |= !refusal || transactions > 1;
    return refusal;
}

void IptablesChains::add_cleanup(Listing& lines, const SavedTable& saved, const Drop& drop) const {
    std::set<std::string> gone;
    for (const auto& chain : saved.chains)
        if (const auto name = read_chain_name(chain, prefix_);
            name.kind != Kind::foreign && drop(name))
            gone.insert(chain);
    for (const auto& rule : saved.rules)
        if (gone.contains(rule.target) && !gone.contains(rule.chain))
            lines.add("-D " + rule.chain + ' ' + rule.rest);
    for (const auto& chain : gone) lines.add("-F " + chain);
    for (const auto& chain : gone) lines.add("-X " + chain);
}

void IptablesChains::add_markers(Listing& lines, const Family& family, const Saved& saved,
                                 const RulesOptions& options, std::string_view table) {
    if (!family.nft_variant) return;
    const auto nft = open_nft_();
    if (!nft) return;
    const int version = family.tool.ip_version();
    const auto reply = (*nft)->run(version == 6 ? "list chains ip6" : "list chains ip");
    if (!reply.ok) return;
    auto markers = needed_markers(parse_nft_chains(reply.output), options, version, table);
    for (auto& marker : known_markers(family, table)) markers.insert(std::move(marker));
    for (const auto& marker : markers)
        if (!has_chain(find_table(saved, table), marker)) lines.add(':' + marker + " - [0:0]");
}

Status IptablesChains::erase() {
    for (auto& family : families_) {
        const auto before = family.tool.save();
        if (!before) return before.error();
        bool changed = false;
        const auto all = [](const ChainName&) { return true; };
        if (const auto refusal = apply_to(family, all, nullptr, every_chain, changed))
            return Error{refusal->words, refusal->exit_code};
        if (auto status = erase_traces(family, *before); !status) return status;
    }
    return {};
}

Status IptablesChains::erase_traces(const Family& family, const Saved& before) {
    const int version = family.tool.ip_version();
    for (const auto& table : before) {
        std::vector<std::string> markers;
        for (const auto& chain : table.chains)
            if (read_chain_name(chain, prefix_).kind == Kind::marker) markers.push_back(chain);
        if (markers.empty()) continue;
        const auto nft = open_nft_();
        if (!nft) return nft.error();
        const auto place = (version == 6 ? "ip6 " : "ip ") + table.name;
        const auto listing = (*nft)->run("list table " + place);
        const auto commands = trace_removal(listing.output, version, table.name, markers, prefix_);
        if (commands.empty()) continue;
        if (const auto reply = (*nft)->run(commands); !reply.ok)
            return Error{"nft: " + first_complaint(reply.error).message, EX_OSERR};
    }
    return {};
}

Result<std::vector<Reading>> IptablesChains::count(const Generation& generation, Jumps jumps) {
    std::vector<Reading> all;
    for (auto& family : families_) {
        auto readings = count_family(family, generation, jumps);
        if (!readings) return readings.error();
        all.insert(all.end(), readings->begin(), readings->end());
    }
    return all;
}

void IptablesChains::tally(const SavedTable& table, const Generation& generation,
                           std::vector<Reading>& counts, Seen& seen) const {
    for (const auto& rule : table.rules) {
        seen.jumps.insert(rule.chain + ' ' + rule.target);
        const auto chain = read_chain_name(rule.chain, prefix_);
        const auto index = chain.number - generation.first;
        if (chain.kind != Kind::rule || index >= counts.size()) continue;
        ++seen.lines[index];
        (rule.rest.empty() ? counts[index].matched : counts[index].passed) += rule.packets;
    }
}

Result<std::vector<Reading>> IptablesChains::count_family(Family& family,
                                                          const Generation& generation,
                                                          Jumps jumps) {
    const int version = family.tool.ip_version();
    std::vector<Reading> counts;
    for (const auto& rule : generation.options.log)
        counts.push_back({rule.name, place_of(version), 0, 0});
    Seen seen{std::vector<int>(counts.size(), 0), {}};
    for (const auto name : kIptablesTables) {
        if (!uses(generation, version, name)) continue;
        const auto saved = family.tool.save(name, Counters::yes);
        if (!saved) return saved.error();
        if (const auto* table = find_table(*saved, name)) tally(*table, generation, counts, seen);
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto& rule = generation.options.log[i];
        if (!matches_version(rule, version)) continue;
        const auto hook = iptables_place(rule.hook).chain;
        const bool reached = jumps == Jumps::taken_away ||
                             seen.jumps.contains(fmt::format("{0} {1}.{0}", hook, prefix_));
        if (seen.lines[i] != kLinesOfRule || !reached)
            return Error{missing_rule(rule, version), EX_UNAVAILABLE};
    }
    return counts;
}

}  // namespace nflogd::rules
