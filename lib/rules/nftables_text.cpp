// SPDX-License-Identifier: GPL-2.0-or-later
#include "nftables_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "match.hpp"
#include "text.hpp"

namespace nflogd::rules {
namespace {

struct HookRow {
    Hook hook;
    std::string_view name;
    std::string_view priority;  ///< just before what operators decide at that hook
};

constexpr HookRow kHooks[] = {
    {Hook::prerouting, "prerouting", "dstnat - 10"},   {Hook::input, "input", "filter - 10"},
    {Hook::forward, "forward", "filter - 10"},         {Hook::output, "output", "filter - 10"},
    {Hook::postrouting, "postrouting", "srcnat - 10"},
};

/// "WORDS item" or "WORDS { item, item }".
void add_list(std::vector<std::string>& parts, std::string_view words,
              const std::vector<std::string>& items) {
    if (items.empty()) return;
    const auto list = items.size() == 1 ? items.front() : "{ " + join(items, ", ") + " }";
    parts.push_back(std::string(words) + ' ' + list);
}

std::vector<std::string> quoted_all(std::vector<std::string> names) {
    for (auto& name : names) name = quoted(name);
    return names;
}

std::vector<std::string> port_texts(const std::vector<PortRange>& ports) {
    std::vector<std::string> texts(ports.size());
    std::transform(ports.begin(), ports.end(), texts.begin(), [](const PortRange& range) {
        return range.first == range.last ? std::to_string(range.first)
                                         : fmt::format("{}-{}", range.first, range.last);
    });
    return texts;
}

/// Numbers: names would need /etc/protocols at run time.
std::vector<std::string> protocol_texts(const LogRule& rule, const Branch& branch) {
    std::vector<std::uint8_t> numbers = branch.protocol;
    if (numbers.empty() && has_ports(rule))
        numbers.assign(kProtocolsWithPorts.begin(), kProtocolsWithPorts.end());
    std::vector<std::string> texts(numbers.size());
    std::transform(numbers.begin(), numbers.end(), texts.begin(),
                   [](std::uint8_t number) { return std::to_string(number); });
    return texts;
}

std::string jump_line(const LogRule& rule, const Branch& branch, const std::string& object) {
    const std::string ip = branch.ip_version == 6 ? "ip6" : "ip";
    std::vector<std::string> parts;
    add_list(parts, "iifname", quoted_all(interfaces(rule.in)));
    add_list(parts, "oifname", quoted_all(interfaces(rule.out)));
    if (branch.ip_version != 0 && branch.source.empty() && branch.destination.empty())
        parts.push_back(branch.ip_version == 6 ? "meta nfproto ipv6" : "meta nfproto ipv4");
    add_list(parts, ip + " saddr", branch.source);
    add_list(parts, ip + " daddr", branch.destination);
    add_list(parts, "meta l4proto", protocol_texts(rule, branch));
    add_list(parts, "th sport", port_texts(rule.source_port));
    add_list(parts, "th dport", port_texts(rule.destination_port));
    if (!rule.ct_state.empty()) parts.push_back("ct state " + join(rule.ct_state, ","));
    if (!rule.match.empty()) parts.push_back(rule.match);
    parts.push_back("jump log." + object);
    return join(parts, " ");
}

std::string log_text(const LogRule& rule, int part) {
    return fmt::format("log prefix \"{}\" group {} snaplen {} queue-threshold {}", rule.name,
                       rule.group + part, rule.snaplen, rule.queue_threshold);
}

/// Chains that its flows are spread over; none without need.
int parts(const LogRule& rule) { return rule.spread > 1 ? rule.spread : 0; }

std::string part_chain(const std::string& object, int part) {
    return fmt::format("spread.{}.{}", object, part);
}

/// The same hash for both directions of a flow, so that it stays in order.
std::string spread_text(const LogRule& rule, const std::string& object) {
    std::vector<std::string> jumps;
    for (int part = 0; part < parts(rule); ++part)
        jumps.push_back(fmt::format("{} : jump {}", part, part_chain(object, part)));
    return fmt::format("symhash mod {} vmap {{ {} }}", rule.spread, join(jumps, ", "));
}

std::string log_line(const LogRule& rule, const std::string& object) {
    std::string limit;
    if (rule.limit)
        limit = fmt::format(" limit rate {} burst {} packets", rate_text(*rule.limit),
                            rule.limit->burst);
    return fmt::format("counter name \"matched.{0}\"{1} counter name \"passed.{0}\" {2}", object,
                       limit, rule.spread > 1 ? spread_text(rule, object) : log_text(rule, 0));
}

void add_chain(Listing& listing, const std::string& name, const std::string& line, int index) {
    listing.add(fmt::format("    chain {} {{", name), index);
    listing.add("        " + line, index);
    listing.add("    }", index);
}

void add_rule_objects(Listing& listing, const LogRule& rule, const std::string& object, int index) {
    listing.add("", index);
    listing.add(fmt::format("    counter matched.{} {{ }}", object), index);
    listing.add(fmt::format("    counter passed.{} {{ }}", object), index);
    for (int part = 0; part < parts(rule); ++part)
        add_chain(listing, part_chain(object, part), log_text(rule, part), index);
    add_chain(listing, "log." + object, log_line(rule, object), index);
}

int parts_of(const std::string& name, const RulesOptions& options) {
    const auto found = std::find_if(options.log.begin(), options.log.end(),
                                    [&](const LogRule& rule) { return rule.name == name; });
    return found == options.log.end() ? 0 : parts(*found);
}

bool uses(const RulesOptions& options, Hook hook) {
    return std::any_of(options.log.begin(), options.log.end(),
                       [&](const LogRule& rule) { return rule.hook == hook; });
}

void add_hook_chain(Listing& listing, const RulesOptions& options, const ObjectNames& names,
                    const HookRow& row) {
    listing.add("");
    listing.add(fmt::format("    chain {} {{", row.name));
    listing.add(fmt::format("        type filter hook {} priority {}; policy accept;", row.name,
                            row.priority));
    for (std::size_t i = 0; i < options.log.size(); ++i) {
        const auto& rule = options.log[i];
        if (rule.hook != row.hook) continue;
        for (const auto& branch : branches(rule))
            listing.add("        " + jump_line(rule, branch, names.at(rule.name)),
                        static_cast<int>(i));
    }
    listing.add("    }");
}

}  // namespace

ObjectNames object_names(const RulesOptions& options, const ObjectNames& previous) {
    ObjectNames names;
    std::set<std::string> taken;
    // The counters of rules that go are still read when the others are there.
    for (const auto& [name, object] : previous) taken.insert(object);
    for (const auto& rule : options.log)
        if (const auto old = previous.find(rule.name); old != previous.end()) names.insert(*old);
    for (std::size_t i = 0; i < options.log.size(); ++i) {
        const auto& name = options.log[i].name;
        std::size_t number = i;
        while (!is_plain_name(name) && taken.contains(std::to_string(number))) ++number;
        auto object = is_plain_name(name) ? name : std::to_string(number);
        if (names.try_emplace(name, object).second) taken.insert(std::move(object));
    }
    return names;
}

Listing nft_table(const RulesOptions& options, const ObjectNames& names, bool owned) {
    Listing listing;
    listing.add("table inet " + options.table + " {");
    if (owned) listing.add("    flags owner");
    for (std::size_t i = 0; i < options.log.size(); ++i)
        add_rule_objects(listing, options.log[i], names.at(options.log[i].name),
                         static_cast<int>(i));
    for (const auto& row : kHooks)
        if (uses(options, row.hook)) add_hook_chain(listing, options, names, row);
    listing.add("}");
    return listing;
}

Listing nft_fresh_table(const RulesOptions& options, const ObjectNames& names, bool owned) {
    Listing listing;
    listing.add("add table inet " + options.table);
    listing.add("delete table inet " + options.table);
    listing.append(nft_table(options, names, owned));
    return listing;
}

Listing nft_replacement(const RulesOptions& old, const ObjectNames& old_names,
                        const RulesOptions& options, const ObjectNames& names, bool owned) {
    const std::string table = "inet " + old.table;
    Listing listing;
    listing.add("flush table " + table);
    for (const auto& row : kHooks)
        if (uses(old, row.hook) && !uses(options, row.hook))
            listing.add(fmt::format("delete chain {} {}", table, row.name));
    for (const auto& rule : old.log) {
        const auto& object = old_names.at(rule.name);
        if (!names.contains(rule.name))
            listing.add(fmt::format("delete chain {} log.{}", table, object));
        for (int part = parts_of(rule.name, options); part < parts(rule); ++part)
            listing.add(fmt::format("delete chain {} {}", table, part_chain(object, part)));
    }
    listing.append(nft_table(options, names, owned));
    return listing;
}

Listing nft_left_counters(const std::string& name, const ObjectNames& old_names,
                          const ObjectNames& names) {
    const std::string table = "inet " + name;
    Listing listing;
    for (const auto& [rule, object] : old_names) {
        if (names.contains(rule)) continue;
        listing.add(fmt::format("delete counter {} matched.{}", table, object));
        listing.add(fmt::format("delete counter {} passed.{}", table, object));
    }
    return listing;
}

std::string render_nft(const RulesOptions& options) {
    return nft_table(options, object_names(options), options.owner).text();
}

}  // namespace nflogd::rules
