// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keeper's rules while it runs: their counters, and that they stay there.
#include <fmt/format.h>

#include "core/log.hpp"
#include "pipeline/keeper.hpp"

namespace nflogd::pipeline {

/// Into the books. Whether any has moved; nothing if they could not be read.
std::optional<bool> Keeper::read_counters() {
    counted_at_ = clock_.monotonic();
    auto counts = ruleset_->count();
    for (const std::string& warning : ruleset_->take_warnings()) log::warning(warning);
    if (!counts) {
        // The guard tells of rules that are gone.
        if (missing_since_.count() == 0) {
            log::warning("reading the rules' counters: " + counts.error().message);
        }
        return std::nullopt;
    }
    bool moved = false;
    for (const rules::RuleCount& count : *counts) {
        if (count.restarted) {
            log::warning("somebody reset or removed the counters of rule '" + count.name +
                         "'; what they counted since they were read last is not known");
        }
        const auto label = labels_.first(count.name);
        if (!label) continue;
        KernelCount& book = books_.kernel(*label);
        const std::uint64_t suppressed = count.matched - count.passed;
        moved = moved || book.passed != count.passed || book.suppressed != suppressed;
        book.suppressed = suppressed;
        book.passed = count.passed;
        book.known = true;
    }
    for (const rules::GroupCount& count : ruleset_->groups()) {
        if (!count.passed) continue;
        KernelCount& book = books_.open_group(count.group).kernel();
        moved = moved || book.passed != *count.passed;
        book.passed = *count.passed;
        book.known = true;
    }
    return moved;
}

/// After each install(): watches over what is there now.
void Keeper::guard_rules() {
    guard_.reset();
    missing_since_ = {};
    facts_.rules_missing.clear();
    if (worker_) worker_->channel().send(Message::rules, rules_state());
    auto watch = rules::Watch::open(config_.rules);
    if (watch) {
        guard_.emplace(*ruleset_, std::move(*watch), clock_);
    } else {
        log::warning("rules that somebody removes will not be noticed: " + watch.error().message);
    }
}

/// As Protection::rules.
std::string Keeper::rules_state() const {
    if (config_.rules.log.empty() || config_.rules.backend == RulesBackend::none) return "none";
    return ruleset_->owned() ? "owned" : "watched";
}

void Keeper::look_after_rules() {
    if (!guard_) return;
    const rules::GuardNews news = guard_->tick();
    const std::chrono::nanoseconds now = clock_.monotonic();
    if (!news.missing.empty()) {
        missing_since_ = now;
        facts_.rules_missing = news.missing;
        log::error("log rules are missing: " + news.missing);
        tell("rules_missing", {{"missing", news.missing}});
    }
    if (news.failure) log::error("log rules: " + news.failure->message);
    if (news.restored) {
        const std::string seconds =
            fmt::format("{:.3f}", std::chrono::duration<double>(now - missing_since_).count());
        missing_since_ = {};
        facts_.rules_missing.clear();
        log::info("log rules are there again after " + seconds + " s");
        tell("rules_restored", {{"seconds", seconds}});
    }
}

void Keeper::tell(std::string change, std::vector<std::pair<std::string, std::string>> details) {
    Lifecycle lifecycle{clock_.wall_ns(), std::move(change), std::move(details)};
    if (worker_ && worker_->channel().send(Message::lifecycle, to_text(lifecycle))) return;
    untold_.push_back(std::move(lifecycle));
}

}  // namespace nflogd::pipeline
