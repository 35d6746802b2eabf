// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/ledger.hpp"

#include <algorithm>
#include <tuple>

namespace nflogd::pipeline {
namespace {

using Captures = std::vector<std::unique_ptr<Capture>>;

std::uint64_t shortfall(std::uint64_t expected, std::uint64_t found) {
    return expected > found ? expected - found : 0;
}

void add_decode_and_netlink(Ledger& sums, const Capture& capture) {
    const CaptureCounters& counters = capture.counters();
    sums.malformed += counters.malformed.get();
    sums.truncated += counters.truncated.get();
    sums.overruns += counters.overruns.get();
    sums.cut_datagrams += counters.cut_datagrams.get();
    sums.socket_drops += capture.socket_drops();
}

void add_group(GroupLedger& group, const Capture& capture) {
    group.group = capture.group();
    group.received += capture.counters().received.get();
    group.lost_kernel += capture.counters().lost.get();
}

void add_output(OutputLedger& sum, const OutputLedger& more) {
    sum.written += more.written;
    sum.dropped += more.dropped;
    sum.failed += more.failed;
}

}  // namespace

void LedgerKeeper::set_rules(std::vector<LedgerRule> rules) {
    for (LedgerRule& rule : rules) {
        auto known = std::find_if(rules_.begin(), rules_.end(), [&](const RuleTotals& totals) {
            return totals.rule.name == rule.name;
        });
        if (known == rules_.end()) known = rules_.emplace(rules_.end());
        known->rule = std::move(rule);
        const std::uint16_t label = known->rule.label;
        if (std::find(known->labels.begin(), known->labels.end(), label) == known->labels.end()) {
            known->labels.push_back(label);
        }
    }
}

void LedgerKeeper::retire(const Capture& capture) {
    add_group(retired_groups_[capture.group()], capture);
    add_decode_and_netlink(retired_, capture);
    for (std::size_t label = 0; label < retired_logged_.size(); ++label) {
        retired_logged_[label] += capture.counters().logged[label].get();
    }
}

void LedgerKeeper::retire(const Lane& lane) {
    OutputLedger& sum = retired_outputs_[lane.config().name];
    add_output(sum, lane.ledger());
}

Ledger LedgerKeeper::make(const std::optional<std::vector<rules::RuleCount>>& counts,
                          const Captures& captures, const std::vector<std::shared_ptr<Lane>>& lanes,
                          bool at_rest, const Clock& clock) {
    Ledger ledger = retired_;
    ledger.timestamp_ns = clock.wall_ns();
    const std::chrono::nanoseconds now = clock.monotonic();
    for (const auto& lane : lanes) {
        ledger.outputs.push_back(lane->ledger());
        const auto earlier = retired_outputs_.find(lane->config().name);
        if (earlier != retired_outputs_.end()) add_output(ledger.outputs.back(), earlier->second);
    }
    std::map<std::uint16_t, GroupLedger> groups = retired_groups_;
    for (const auto& capture : captures) {
        add_group(groups[capture->group()], *capture);
        add_decode_and_netlink(ledger, *capture);
    }
    for (const auto& [number, group] : groups) ledger.groups.push_back(group);
    for (RuleTotals& totals : rules_) {
        totals.update(counts, captures, logged_by(totals, captures), at_rest, now);
        ledger.rules.push_back(totals.entry());
    }
    return ledger;
}

std::uint64_t LedgerKeeper::logged_by(const RuleTotals& totals, const Captures& captures) const {
    std::uint64_t logged = 0;
    for (const std::uint16_t label : totals.labels) {
        logged += retired_logged_[label];
        for (const auto& capture : captures) logged += capture->counters().logged[label].get();
    }
    return logged;
}

void LedgerKeeper::RuleTotals::update(const std::optional<std::vector<rules::RuleCount>>& counts,
                                      const Captures& captures, std::uint64_t logged_now,
                                      bool at_rest, std::chrono::nanoseconds now) {
    logged = logged_now;
    if (!counts) return;
    const auto count = std::find_if(counts->begin(), counts->end(), [&](const auto& candidate) {
        return candidate.name == rule.name;
    });
    if (count == counts->end()) return;
    matched = count->matched;
    passed = count->passed;
    if (at_rest) {
        lost = shortfall(passed, logged);
    } else if (!counted || settled(captures)) {
        lost = std::max(lost, shortfall(snapshot_passed, logged));
        snapshot_passed = passed;
        snapshot_at = now;
    }
    counted = true;
}

bool LedgerKeeper::RuleTotals::settled(const Captures& captures) const {
    return std::all_of(captures.begin(), captures.end(), [&](const auto& capture) {
        return capture->group() != rule.group || capture->empty_since(snapshot_at + rule.in_flight);
    });
}

RuleLedger LedgerKeeper::RuleTotals::entry() const {
    RuleLedger entry;
    entry.rule = rule.name;
    entry.logged = logged;
    if (counted) {
        entry.matched = matched;
        entry.suppressed = matched - passed;
        entry.lost_kernel = lost;
    }
    return entry;
}

bool moved(const Ledger& before, const Ledger& after) {
    const auto decode = [](const Ledger& l) {
        return std::tie(l.malformed, l.truncated, l.overruns, l.socket_drops, l.cut_datagrams);
    };
    const auto rule = [](const RuleLedger& r) {
        return std::tie(r.rule, r.matched, r.suppressed, r.logged, r.lost_kernel);
    };
    const auto group = [](const GroupLedger& g) {
        return std::tie(g.group, g.received, g.lost_kernel);
    };
    const auto output = [](const OutputLedger& o) {
        return std::tie(o.output, o.written, o.dropped, o.failed, o.queued);
    };
    const auto same = [](const auto& a, const auto& b, const auto& key) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [&](const auto& x, const auto& y) { return key(x) == key(y); });
    };
    return decode(before) != decode(after) || !same(before.rules, after.rules, rule) ||
           !same(before.groups, after.groups, group) ||
           !same(before.outputs, after.outputs, output);
}

Losses losses(const Ledger& ledger) {
    Losses sum;
    std::uint64_t by_rule = 0;
    for (const RuleLedger& rule : ledger.rules) by_rule += rule.lost_kernel.value_or(0);
    for (const GroupLedger& group : ledger.groups) sum.kernel += group.lost_kernel;
    sum.kernel = std::max(sum.kernel, by_rule);
    for (const OutputLedger& output : ledger.outputs) {
        sum.dropped += output.dropped;
        sum.failed += output.failed;
    }
    return sum;
}

}  // namespace nflogd::pipeline
