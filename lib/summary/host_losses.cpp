// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/host_losses.hpp"

#include <algorithm>

namespace nflogd::summary {
namespace {

/// The sums of this name; a new name too many shares one.
template <typename Map>
typename Map::mapped_type& named(Map& map, const std::string& name, std::size_t most) {
    const auto known = map.find(name);
    if (known != map.end()) return known->second;
    return map[map.size() < most ? name : "…"];
}

template <typename Map, typename Name>
const typename Map::mapped_type* find(const Map& map, const Name& name) {
    const auto known = map.find(name);
    return known == map.end() ? nullptr : &known->second;
}

}  // namespace

void HostLosses::add(const Event& event) {
    std::visit([this](const auto& one) { add(one); }, event);
}

void HostLosses::add(const Lifecycle& lifecycle) {
    if (lifecycle.change != "started") return;
    end_run();
    knows_start_ = true;
}

void HostLosses::add(const Ledger& ledger) {
    if (goes_back(ledger)) {
        end_run();
        knows_start_ = true;
    }
    take(ledger);
    if (!knows_start_) forget();
    knows_start_ = true;
}

bool HostLosses::goes_back(const Ledger& ledger) const {
    const auto back = [](const Sum& sum, std::optional<std::uint64_t> now) {
        return now && *now < sum.now;
    };
    return std::any_of(ledger.rules.begin(), ledger.rules.end(),
                       [&](const RuleLedger& rule) {
                           const RuleSums* sums = find(rules_, rule.rule);
                           return sums != nullptr && (back(sums->logged, rule.logged) ||
                                                      back(sums->lost_kernel, rule.lost_kernel) ||
                                                      back(sums->suppressed, rule.suppressed));
                       }) ||
           std::any_of(ledger.groups.begin(), ledger.groups.end(),
                       [&](const GroupLedger& group) {
                           const GroupSums* sums = find(groups_, group.group);
                           return sums != nullptr && (back(sums->received, group.received) ||
                                                      back(sums->lost_kernel, group.lost_kernel));
                       }) ||
           std::any_of(ledger.outputs.begin(), ledger.outputs.end(),
                       [&](const OutputLedger& output) {
                           const OutputSums* sums = find(outputs_, output.output);
                           return sums != nullptr && (back(sums->written, output.written) ||
                                                      back(sums->dropped, output.dropped) ||
                                                      back(sums->failed, output.failed));
                       });
}

void HostLosses::take(const Ledger& ledger) {
    for (const RuleLedger& rule : ledger.rules) {
        RuleSums& sums = named(rules_, rule.rule, kMaxNames);
        sums.logged.now = rule.logged;
        sums.lost_kernel.now = rule.lost_kernel.value_or(sums.lost_kernel.now);
        sums.suppressed.now = rule.suppressed.value_or(sums.suppressed.now);
    }
    for (const GroupLedger& group : ledger.groups) {
        groups_[group.group].received.now = group.received;
        groups_[group.group].lost_kernel.now = group.lost_kernel;
    }
    for (const OutputLedger& output : ledger.outputs) {
        OutputSums& sums = named(outputs_, output.output, kMaxNames);
        sums.written.now = output.written;
        sums.dropped.now = output.dropped;
        sums.failed.now = output.failed;
    }
}

template <typename Visit>
void HostLosses::each_sum(Visit visit) {
    for (auto& [name, sums] : rules_) {
        for (Sum* sum : {&sums.lost_kernel, &sums.suppressed, &sums.logged}) visit(*sum);
    }
    for (auto& [name, sums] : outputs_) {
        for (Sum* sum : {&sums.dropped, &sums.failed, &sums.written}) visit(*sum);
    }
    for (auto& [number, sums] : groups_) {
        for (Sum* sum : {&sums.lost_kernel, &sums.received}) visit(*sum);
    }
}

void HostLosses::end_run() {
    each_sum([](Sum& sum) {
        sum.ended += sum.now;
        sum.now = 0;
    });
}

void HostLosses::forget() {
    each_sum([](Sum& sum) { sum.before = sum.ended + sum.now; });
}

template <typename Pick>
LossTotals HostLosses::add_up(Pick pick) const {
    LossTotals totals;
    std::uint64_t by_rules = 0;
    std::uint64_t by_groups = 0;
    for (const auto& [name, sums] : rules_) {
        by_rules += pick(sums.lost_kernel);
        totals.suppressed += pick(sums.suppressed);
    }
    for (const auto& [number, sums] : groups_) by_groups += pick(sums.lost_kernel);
    for (const auto& [name, sums] : outputs_) {
        totals.dropped += pick(sums.dropped);
        totals.failed += pick(sums.failed);
    }
    totals.kernel = std::max(by_rules, by_groups);
    return totals;
}

LossTotals HostLosses::totals() const {
    return add_up([](const Sum& sum) { return sum.total(); });
}

LossTotals HostLosses::before() const {
    return add_up([](const Sum& sum) { return sum.before; });
}

std::vector<RuleLosses> HostLosses::rules() const {
    std::vector<RuleLosses> rows;
    for (const auto& [name, sums] : rules_) {
        RuleLosses row{name, sums.lost_kernel.total(), sums.suppressed.total()};
        if (row.lost_kernel + row.suppressed > 0) rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<OutputLosses> HostLosses::outputs() const {
    std::vector<OutputLosses> rows;
    for (const auto& [name, sums] : outputs_) {
        OutputLosses row{name, sums.dropped.total(), sums.failed.total()};
        if (row.dropped + row.failed > 0) rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace nflogd::summary
