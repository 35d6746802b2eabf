// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keeper's knowledge of the operator's own log rules: what they do with the packets
// that they log.
#include <algorithm>
#include <map>

#include "core/log.hpp"
#include "core/text.hpp"
#include "pipeline/keeper.hpp"
#include "rules/logging_rules.hpp"

namespace nflogd::pipeline {
namespace {

/// A ruleset that changes all the time is looked at no more often.
constexpr std::chrono::milliseconds kOriginsPause{200};

using Place = std::pair<std::uint16_t, std::string>;  // group and prefix

/// What all of the rules that log with one prefix to one group agree on.
RuleLabel common_label(const std::vector<const rules::LoggingRule*>& all) {
    RuleLabel label;
    const auto agree = [&](LabelText text, std::string rules::LoggingRule::*member) {
        const std::string& first = all.front()->*member;
        const bool same = std::all_of(all.begin(), all.end(), [&](const rules::LoggingRule* rule) {
            return rule->*member == first;
        });
        if (same) label[text] = first;
    };
    agree(LabelText::action, &rules::LoggingRule::action);
    agree(LabelText::table, &rules::LoggingRule::table);
    agree(LabelText::chain, &rules::LoggingRule::chain);
    agree(LabelText::handle, &rules::LoggingRule::handle);
    agree(LabelText::comment, &rules::LoggingRule::comment);
    return label;
}

bool lets_through(std::string_view action) { return action == "accept"; }

/// Of "drop" and "accept", say; a prefix that says nothing contradicts nothing.
bool contradict(std::string_view said, std::string_view done) {
    const bool both = !said.empty() && said != "log" && !done.empty();
    return both && lets_through(said) != lets_through(done);
}

}  // namespace

void Keeper::watch_origins() {
    auto watch = rules::Watch::open_all();
    if (watch) {
        ruleset_watch_.emplace(std::move(*watch));
    } else {
        log::warning("changes of the firewall's own rules will not be noticed: " +
                     watch.error().message);
    }
}

/// From the kernel into the table that the worker reads.
void Keeper::learn_origins() {
    learned_at_ = clock_.monotonic();
    origins_due_ = false;
    const auto listed = rules::list_logging_rules();
    if (!listed) {
        log::warning("what the firewall's own log rules do is not known: " +
                     listed.error().message);
        return;
    }
    std::map<Place, std::vector<const rules::LoggingRule*>> places;
    for (const rules::LoggingRule& rule : *listed) {
        if (is_read(rule.group) && !is_ours(rule.group, rule.prefix)) {
            places[{rule.group, rule.prefix}].push_back(&rule);
        }
    }
    std::vector<enrich::Origin> origins;
    for (const auto& [place, all] : places) {
        const RuleLabel said = enrich::label_of_prefix(place.second, config_.prefixes);
        RuleLabel label = common_label(all);
        for (const rules::LoggingRule* rule : all) {
            if (contradict(said[LabelText::action], rule->action)) warn_of_prefix(*rule, said);
        }
        for (std::size_t i = 0; i < kLabelTexts; ++i) {
            if (label.texts[i].empty()) label.texts[i] = said.texts[i];
        }
        const auto number = labels_.add(Labels::Finder::ruleset, label);
        if (number) origins.push_back({place.first, *number, place.second});
    }
    origins_.write(origins);
    if (worker_) worker_->channel().send(Message::origins);
}

bool Keeper::is_read(std::uint16_t group) const {
    return std::any_of(sockets_.begin(), sockets_.end(),
                       [&](const auto& socket) { return socket->group() == group; });
}

bool Keeper::is_ours(std::uint16_t group, const std::string& prefix) const {
    return std::any_of(known_rules_.begin(), known_rules_.end(),
                       [&](const enrich::KnownRule& rule) {
                           return rule.group == group && rule.prefix == prefix;
                       });
}

void Keeper::warn_of_prefix(const rules::LoggingRule& rule, const RuleLabel& said) {
    const std::string place = rules::place_of(rule);
    if (!warned_.insert(place + '\n' + rule.prefix).second) return;
    log::warning("the prefix " + quote(rule.prefix) + " says " +
                 std::string(said[LabelText::action]) + ", but its rule (" + place + ") does " +
                 rule.action + "; records say what the rule does");
}

/// When to look again at the latest.
std::chrono::nanoseconds Keeper::look_after_origins(std::chrono::nanoseconds now) {
    if (ruleset_watch_ && ruleset_watch_->changed()) origins_due_ = true;
    if (!origins_due_) return std::chrono::nanoseconds::max();
    if (now < learned_at_ + kOriginsPause) return learned_at_ + kOriginsPause;
    learn_origins();
    return std::chrono::nanoseconds::max();
}

}  // namespace nflogd::pipeline
