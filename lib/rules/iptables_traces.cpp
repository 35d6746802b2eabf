// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables_traces.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "iptables_text.hpp"

namespace nflogd::rules {
namespace {

constexpr std::string_view kMark = ".new";

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t from = 0;
    while (from < text.size()) {
        const auto end = std::min(text.find('\n', from), text.size());
        lines.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return lines;
}

/// The name in "chain NAME {" or "table ip NAME {", empty if the line is neither.
std::string name_after(std::string_view line, std::string_view words) {
    if (!line.starts_with(words)) return "";
    line.remove_prefix(words.size());
    return std::string(line.substr(0, line.find(' ')));
}

std::string family_word(int ip_version) { return ip_version == 6 ? "ip6" : "ip"; }

/// Base chains of a table that hold nothing and accept; `others`: there is more.
struct EmptyChains {
    std::set<std::string> names;
    bool others = false;
};

bool is_accepting_base(const std::string& line) {
    return line.starts_with("\t\ttype ") && line.ends_with("policy accept;");
}

/// Lines are "table ip x {", "\tchain N {", "\t\ttype ...; policy accept;", "\t}".
EmptyChains empty_chains(const std::string& listing) {
    EmptyChains found;
    std::string chain;
    bool empty = true;
    for (const auto& line : lines_of(listing)) {
        if (!line.starts_with('\t')) continue;
        if (auto name = name_after(line, "\tchain "); !name.empty()) {
            chain = std::move(name);
            empty = true;
        } else if (line == "\t}" && !chain.empty()) {
            if (empty) found.names.insert(chain);
            found.others |= !empty;
            chain.clear();
        } else {
            empty &= is_accepting_base(line);
            found.others |= chain.empty();
        }
    }
    return found;
}

}  // namespace

NftChains parse_nft_chains(const std::string& text) {
    NftChains chains;
    std::set<std::string>* table = nullptr;
    for (const auto& line : lines_of(text)) {
        if (line.starts_with("table ")) table = nullptr;
        for (const std::string_view words : {"table ip ", "table ip6 "})
            if (const auto name = name_after(line, words); !name.empty()) table = &chains[name];
        if (auto name = name_after(line, "\tchain "); table != nullptr && !name.empty())
            table->insert(std::move(name));
    }
    return chains;
}

std::set<std::string> needed_markers(const NftChains& present, const RulesOptions& options,
                                     int ip_version, std::string_view table) {
    const auto head = options.table + std::string(kMark);
    const auto found = present.find(std::string(table));
    std::set<std::string> markers;
    for (const auto& rule : options.log) {
        const auto place = iptables_place(rule.hook);
        if (place.table != table || !matches_version(rule, ip_version)) continue;
        if (found == present.end()) markers.insert(head);
        if (found == present.end() || !found->second.contains(std::string(place.chain)))
            markers.insert(head + std::string(place.chain));
    }
    return markers;
}

std::string trace_removal(const std::string& listing, int ip_version, std::string_view table,
                          const std::vector<std::string>& markers, const std::string& prefix) {
    const auto empty = empty_chains(listing);
    const auto place = family_word(ip_version) + ' ' + std::string(table);
    const auto head = prefix + std::string(kMark);
    std::string commands;
    bool whole_table = false;
    auto left = empty.names;
    for (const auto& marker : markers) {
        const auto chain = marker.substr(head.size());
        whole_table |= chain.empty();
        if (left.erase(chain) > 0) commands += fmt::format("delete chain {} {}\n", place, chain);
    }
    if (whole_table && left.empty() && !empty.others) commands += "delete table " + place + '\n';
    return commands;
}

}  // namespace nflogd::rules
