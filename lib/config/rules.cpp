// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/network.hpp"
#include "config/sections.hpp"
#include "config/words.hpp"
#include "core/names.hpp"

namespace nflogd::config {
namespace {

constexpr Range kGroup{0, 65535};
/// nftables refuses far more than this at slow rates (EOVERFLOW).
constexpr Range kBurst{1, 1'000'000};

/// Hooks where a rule of an inet table can stand.
constexpr Choice<Hook> kHooks[] = {{"prerouting", Hook::prerouting},
                                   {"input", Hook::input},
                                   {"forward", Hook::forward},
                                   {"output", Hook::output},
                                   {"postrouting", Hook::postrouting}};

constexpr Choice<std::string_view> kStates[] = {{"new", "new"},
                                                {"established", "established"},
                                                {"related", "related"},
                                                {"invalid", "invalid"},
                                                {"untracked", "untracked"}};

constexpr Choice<std::string_view> kActions[] = {
    {"log", "log"}, {"accept", "accept"}, {"drop", "drop"}, {"reject", "reject"}};

/// Whether it is a high one.
constexpr Choice<bool> kPriorities[] = {{"normal", false}, {"high", true}};

constexpr Choice<RulesBackend> kBackends[] = {{"nftables", RulesBackend::nftables},
                                              {"iptables", RulesBackend::iptables},
                                              {"none", RulesBackend::none}};

constexpr Choice<IptablesFlavour> kFlavours[] = {{"system", IptablesFlavour::system},
                                                 {"nft", IptablesFlavour::nft},
                                                 {"legacy", IptablesFlavour::legacy}};

constexpr Key<RateLimit> kLimitKeys[] = {
    {.name = "rate",
     .read =
         [](const TreeNode& node, RateLimit& limit, Reader& reader) {
             reader.value(node, limit, [&](std::string_view text) {
                 auto read = parse_rate(text);
                 if (read) read->burst = limit.burst;
                 return read;
             });
         },
     .required = true},
    {"burst", [](const TreeNode& node, RateLimit& limit,
                 Reader& reader) { reader.integer(node, limit.burst, kBurst); }},
};

void list_limit_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<RateLimit>(kLimitKeys, prefix, out);
}

void read_states(const TreeNode& node, RuleDraft& draft, Reader& reader) {
    reader.each(node, [&](const TreeNode& item) {
        std::string_view state;
        reader.choice<std::string_view>(item, state, "ct_state", kStates);
        if (!state.empty()) draft.rule.ct_state.emplace_back(state);
    });
}

void read_limit(const TreeNode& node, RuleDraft& draft, Reader& reader) {
    draft.limit_at = reader.at(node);
    reader.mapping<RateLimit>(node, kLimitKeys, draft.rule.limit.emplace());
}

constexpr Key<RuleDraft> kRuleKeys[] = {
    {.name = "name",
     .read =
         [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
             reader.value(node, draft.rule.name, parse_name);
             if (!draft.rule.name.empty()) draft.name_at = reader.at(node);
         },
     .required = true},
    {.name = "hook",
     .read = [](const TreeNode& node, RuleDraft& draft,
                Reader& reader) { reader.choice<Hook>(node, draft.rule.hook, "hook", kHooks); },
     .required = true},
    {"in",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         draft.in_at = reader.at(node);
         reader.list(node, draft.rule.in, parse_interface);
     }},
    {"out",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         draft.out_at = reader.at(node);
         reader.list(node, draft.rule.out, parse_interface);
     }},
    {"source", [](const TreeNode& node, RuleDraft& draft,
                  Reader& reader) { reader.list(node, draft.rule.source, parse_address); }},
    {"destination",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         reader.list(node, draft.rule.destination, parse_address);
     }},
    {"protocol", [](const TreeNode& node, RuleDraft& draft,
                    Reader& reader) { reader.list(node, draft.rule.protocol, parse_protocol); }},
    {"source_port",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         draft.source_port_at = reader.at(node);
         reader.list(node, draft.rule.source_port, parse_port_range);
     }},
    {"destination_port",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         draft.destination_port_at = reader.at(node);
         reader.list(node, draft.rule.destination_port, parse_port_range);
     }},
    {"ct_state", read_states},
    {"match", [](const TreeNode& node, RuleDraft& draft,
                 Reader& reader) { reader.value(node, draft.rule.match, parse_expression); }},
    {"group",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         draft.group_at = reader.at(node);
         reader.integer(node, draft.rule.group, kGroup);
     }},
    {"priority",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         reader.choice<bool>(node, draft.rule.high_priority, "priority", kPriorities);
     }},
    {"action",
     [](const TreeNode& node, RuleDraft& draft, Reader& reader) {
         std::string_view action = draft.rule.action;
         reader.choice<std::string_view>(node, action, "action", kActions);
         draft.rule.action = std::string(action);
     }},
    {.name = "limit", .read = read_limit, .children = list_limit_keys},
};

void list_rule_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<RuleDraft>(kRuleKeys, prefix, out);
}

void read_log(const TreeNode& list, Draft& draft, Reader& reader) {
    reader.mappings(list, [&](const TreeNode& entry) {
        const std::size_t before = reader.failures();
        RuleDraft& rule = draft.rules.emplace_back();
        rule.rule.where = reader.at(entry);
        reader.mapping<RuleDraft>(entry, kRuleKeys, rule);
        rule.sound = reader.failures() == before;
    });
}

constexpr Key<Draft> kKeys[] = {
    {"backend",
     [](const TreeNode& node, Draft& draft, Reader& reader) {
         reader.choice<RulesBackend>(node, draft.config.rules.backend, "backend", kBackends);
     }},
    {"table", [](const TreeNode& node, Draft& draft,
                 Reader& reader) { reader.value(node, draft.config.rules.table, parse_table); }},
    {"owner",
     [](const TreeNode& node, Draft& draft, Reader& reader) {
         reader.choice<bool>(node, draft.config.rules.owner, "owner", kBooleans);
     }},
    {"iptables_flavour",
     [](const TreeNode& node, Draft& draft, Reader& reader) {
         reader.choice<IptablesFlavour>(node, draft.config.rules.flavour, "iptables_flavour",
                                        kFlavours);
     }},
    {.name = "log", .read = read_log, .children = list_rule_keys, .is_list = true},
};

}  // namespace

void read_rules(const TreeNode& mapping, Draft& draft, Reader& reader) {
    if (mapping.kind != TreeNode::Kind::null) draft.rules_given = true;
    reader.mapping<Draft>(mapping, kKeys, draft);
}

void list_rules_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<Draft>(kKeys, prefix, out);
}

}  // namespace nflogd::config
