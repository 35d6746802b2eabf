// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "iptables_match.hpp"
#include "match.hpp"
#include "text.hpp"

namespace nflogd::rules {
namespace {

/// Indexed by Hook.
constexpr std::array<HookPlace, 5> kPlaces = {{
    {"mangle", "PREROUTING"},
    {"filter", "INPUT"},
    {"filter", "FORWARD"},
    {"filter", "OUTPUT"},
    {"mangle", "POSTROUTING"},
}};

std::string nflog_text(const LogRule& rule) {
    std::string text;
    if (rule.limit)
        text = fmt::format(" -m limit --limit {} --limit-burst {}", rate_text(*rule.limit),
                           rule.limit->burst);
    return fmt::format(
        "{} -j NFLOG --nflog-group {} --nflog-size {} --nflog-threshold {} --nflog-prefix \"{}\"",
        text, rule.group, rule.snaplen, rule.queue_threshold, rule.name);
}

std::string with(const std::string& match) { return match.empty() ? "" : ' ' + match; }

/// Collects chains and rules apart: iptables-restore wants the chains first.
class TableText {
public:
    TableText(const Generation& generation, int ip_version, const WriteChain& write)
        : generation_(generation), ip_version_(ip_version), write_(write) {}

    void add_rule(std::size_t index) {
        const auto& rule = generation_.options.log[index];
        const auto branch = branch_for(rule, ip_version_);
        if (!branch) return;
        rule_ = static_cast<int>(index);
        add_hook(rule.hook);
        const auto chain =
            prefix() + std::to_string(generation_.first + static_cast<unsigned>(index));
        if (write_(chain)) add_rule_chain(rule, chain);
        add_selection(rule, *branch, chain);
    }

    [[nodiscard]] Listing text() const {
        Listing all = declarations_;
        all.append(lines_);
        all.append(jumps_);
        return all;
    }

private:
    [[nodiscard]] std::string prefix() const { return generation_.options.table + '.'; }

    [[nodiscard]] std::string hook_chain(Hook hook) const {
        return prefix() + std::string(iptables_place(hook).chain);
    }

    void declare(const std::string& chain, int rule) {
        declarations_.add(':' + chain + " - [0:0]", rule);
    }

    void add_hook(Hook hook) {
        if (!hooks_.insert(hook).second) return;
        declare(hook_chain(hook), kNoRule);
        jumps_.add("-I " + std::string(iptables_place(hook).chain) + " 1 -j " + hook_chain(hook));
    }

    void add_rule_chain(const LogRule& rule, const std::string& chain) {
        declare(chain, rule_);
        lines_.add("-A " + chain, rule_);
        lines_.add("-A " + chain + nflog_text(rule), rule_);
    }

    void add_selection(const LogRule& rule, const Branch& branch, const std::string& chain) {
        const auto selection = iptables_selection(rule, branch);
        std::vector<std::string> stops;  // the chains on the way, the rule's own last
        for (std::size_t i = 0; i < selection.alternatives.size(); ++i)
            stops.push_back(chain + static_cast<char>('a' + i));
        for (const auto& stop : stops) declare(stop, rule_);
        stops.push_back(chain);
        lines_.add("-A " + hook_chain(rule.hook) + with(selection.entry) + " -j " + stops.front(),
                   rule_);
        for (std::size_t i = 0; i < selection.alternatives.size(); ++i)
            for (const auto& alternative : selection.alternatives[i])
                lines_.add("-A " + stops[i] + with(alternative) + " -g " + stops[i + 1], rule_);
    }

    const Generation& generation_;
    int ip_version_;
    const WriteChain& write_;
    int rule_ = kNoRule;
    std::set<Hook> hooks_;
    Listing declarations_;
    Listing lines_;
    Listing jumps_;
};

std::string render_family(const RulesOptions& options, int ip_version, std::string_view program) {
    Listing listing;
    for (const auto table : kIptablesTables)
        add_transaction(listing, table, iptables_lines({options, 0}, ip_version, table));
    if (listing.empty()) return "";
    return "# " + std::string(program) + " --noflush\n" + listing.text();
}

}  // namespace

HookPlace iptables_place(Hook hook) { return kPlaces[static_cast<std::size_t>(hook)]; }

ChainName read_chain_name(std::string_view chain, const std::string& table) {
    using Kind = ChainName::Kind;
    if (!chain.starts_with(table + '.')) return {};
    const auto rest = chain.substr(table.size() + 1);
    if (rest.starts_with("new")) return {Kind::marker, 0};
    unsigned number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc()) return {Kind::hook, 0};
    const bool whole = end == rest.data() + rest.size();
    return {whole ? Kind::rule : Kind::alternatives, number};
}

Listing iptables_lines(const Generation& generation, int ip_version, std::string_view table,
                       const WriteChain& write) {
    TableText text(generation, ip_version, write);
    for (std::size_t i = 0; i < generation.options.log.size(); ++i)
        if (iptables_place(generation.options.log[i].hook).table == table) text.add_rule(i);
    return text.text();
}

bool matches_version(const LogRule& rule, int ip_version) {
    return branch_for(rule, ip_version).has_value();
}

void add_transaction(Listing& listing, std::string_view table, const Listing& lines) {
    if (lines.empty()) return;
    listing.add('*' + std::string(table));
    listing.append(lines);
    listing.add("COMMIT");
}

std::string render_iptables(const RulesOptions& options) {
    return render_family(options, 4, "iptables-restore") +
           render_family(options, 6, "ip6tables-restore");
}

}  // namespace nflogd::rules
