// SPDX-License-Identifier: GPL-2.0-or-later
#include "counter_baseline.hpp"

#include <algorithm>
#include <utility>

namespace nflogd::rules {

bool CounterBaseline::Counter::take(std::uint64_t now) {
    const bool smaller = now < last;
    if (smaller) begin_again();
    last = now;
    return smaller;
}

void CounterBaseline::Place::begin_again() {
    matched.begin_again();
    passed.begin_again();
}

void CounterBaseline::start(const std::vector<Reading>& now) {
    for (const auto& reading : now) {
        auto& place = rules_[reading.rule].places[reading.place];
        place.matched = {place.matched.total(), reading.matched, reading.matched};
        place.passed = {place.passed.total(), reading.passed, reading.passed};
    }
}

std::vector<RuleCount> CounterBaseline::take(const std::vector<Reading>& now) {
    std::vector<std::string> order;
    std::map<std::string, std::set<std::string>> seen;
    for (const auto& reading : now) {
        auto& rule = rules_[reading.rule];
        auto& place = rule.places[reading.place];
        const bool matched_smaller = place.matched.take(reading.matched);
        const bool passed_smaller = place.passed.take(reading.passed);
        rule.restarted |= matched_smaller || passed_smaller;
        auto& places = seen[reading.rule];
        if (places.empty()) order.push_back(reading.rule);
        places.insert(reading.place);
    }
    forget_places(seen);
    std::vector<RuleCount> counts;
    counts.reserve(order.size());
    for (const auto& name : order) counts.push_back(sum(name, rules_[name]));
    return counts;
}

/// A rule without any reading has left the configuration; one that lost some of
/// its places was changed behind our back.
void CounterBaseline::forget_places(const std::map<std::string, std::set<std::string>>& seen) {
    for (auto& [name, rule] : rules_) {
        const auto found = seen.find(name);
        const auto gone = [&](const std::string& place) {
            return found == seen.end() || !found->second.contains(place);
        };
        for (auto place = rule.places.begin(); place != rule.places.end();) {
            if (!gone(place->first)) {
                ++place;
                continue;
            }
            rule.past_matched += place->second.matched.total();
            rule.past_passed += place->second.passed.total();
            rule.restarted |= found != seen.end();
            place = rule.places.erase(place);
        }
    }
}

RuleCount CounterBaseline::sum(const std::string& name, Rule& rule) {
    RuleCount count{name, rule.past_matched, rule.past_passed,
                    std::exchange(rule.restarted, false)};
    for (const auto& [key, place] : rule.places) {
        count.matched += place.matched.total();
        count.passed += place.passed.total();
    }
    // Read one after the other, or only one of them reset: what passed was matched.
    count.matched = std::max({count.matched, count.passed, rule.told.matched});
    count.passed = std::max(count.passed, rule.told.passed);
    rule.told = count;
    return count;
}

std::vector<RuleCount> CounterBaseline::take_all(const std::vector<Reading>& now) {
    auto counts = take(now);
    const std::set<std::string> present = [&] {
        std::set<std::string> names;
        for (const auto& count : counts) names.insert(count.name);
        return names;
    }();
    for (auto& gone : told())
        if (!present.contains(gone.name)) counts.push_back(std::move(gone));
    return counts;
}

std::vector<RuleCount> CounterBaseline::told() const {
    std::vector<RuleCount> counts;
    for (const auto& [name, rule] : rules_)
        if (!rule.told.name.empty()) counts.push_back(rule.told);
    return counts;
}

void CounterBaseline::carry() {
    for (auto& [name, rule] : rules_)
        for (auto& [key, place] : rule.places) place.begin_again();
}

void CounterBaseline::begin_again() {
    carry();
    for (auto& [name, rule] : rules_) rule.restarted = true;
}

void CounterBaseline::begin_again(const std::string& rule, const std::string& place) {
    const auto found = rules_.find(rule);
    if (found == rules_.end()) return;
    found->second.places[place].begin_again();
    found->second.restarted = true;
}

}  // namespace nflogd::rules
