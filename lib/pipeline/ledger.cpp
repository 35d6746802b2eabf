// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/ledger.hpp"

#include <algorithm>
#include <tuple>

namespace nflogd::pipeline {
namespace {

std::uint64_t shortfall(std::uint64_t expected, std::uint64_t found) {
    return expected > found ? expected - found : 0;
}

}  // namespace

Auditor::Auditor(Books& books, const std::vector<LedgerRule>& rules,
                 std::vector<std::string> outputs)
    : books_(books), outputs_(std::move(outputs)) {
    for (const LedgerRule& rule : rules) {
        rules_.emplace_back().rule = rule;
        in_flight_ = std::max(in_flight_, rule.in_flight);
    }
}

void Auditor::before_counting() {
    for (RuleTotals& totals : rules_) totals.snapshot.received_before = logged_by(totals);
    for (const auto& [number, book] : books_.groups()) {
        groups_[number].received_before = book->received();
    }
}

Ledger Auditor::make(bool kernel_read, bool at_rest, const EmptySince& empty_since,
                     const Clock& clock) {
    Ledger ledger;
    ledger.timestamp_ns = clock.wall_ns();
    const Look look{kernel_read, at_rest, empty_since, clock.monotonic()};
    for (const std::string& name : outputs_) {
        ledger.outputs.push_back(books_.output(name).ledger());
        ledger.outputs.back().output = name;
    }
    add_groups(ledger, look);
    for (RuleTotals& totals : rules_) {
        KernelCount& kernel = books_.kernel(totals.rule.labels.front());
        const std::uint64_t logged = logged_by(totals);
        update(kernel, totals.snapshot, logged, totals.rule, look);
        ledger.rules.push_back(totals.entry(kernel, logged));
    }
    return ledger;
}

/// A group's loss is what its sequence numbers lack. Where the operator's rules
/// count, they show the end of a burst, too.
void Auditor::add_groups(Ledger& ledger, const Look& look) {
    for (const auto& [number, book] : books_.groups()) {
        update(book->kernel(), groups_[number], book->received(), {"", {}, {number}, in_flight_},
               look);
        const std::uint64_t lost = std::max(book->lost(), book->kernel().lost);
        ledger.groups.push_back({number, book->received(), lost});
        ledger.malformed += book->malformed();
        ledger.truncated += book->truncated();
        ledger.overruns += book->overruns();
        ledger.cut_datagrams += book->cut_datagrams();
        ledger.socket_drops += book->socket_drops();
    }
}

std::uint64_t Auditor::logged_by(const RuleTotals& totals) const {
    std::uint64_t logged = 0;
    for (const std::uint16_t label : totals.rule.labels) {
        for (const auto& [number, book] : books_.groups()) logged += book->logged(label);
    }
    return logged;
}

void Auditor::update(KernelCount& kernel, Snapshot& snapshot, std::uint64_t received,
                     const LedgerRule& path, const Look& look) {
    if (!look.kernel_read || !kernel.known) return;
    // Nothing is received that was not counted, unless the count began anew.
    kernel.adopted = std::max(kernel.adopted, shortfall(snapshot.received_before, kernel.passed));
    const std::uint64_t passed = kernel.passed + kernel.adopted;
    if (look.at_rest) {
        kernel.lost = shortfall(passed, received);
    } else if (std::all_of(path.groups.begin(), path.groups.end(), [&](std::uint16_t group) {
                   return look.empty_since(group, snapshot.at + path.in_flight);
               })) {
        kernel.lost = std::max(kernel.lost, shortfall(snapshot.passed, received));
        snapshot.passed = passed;
        snapshot.at = look.now;
    }
}

RuleLedger Auditor::RuleTotals::entry(const KernelCount& kernel, std::uint64_t logged) const {
    RuleLedger entry;
    entry.rule = rule.name;
    entry.logged = logged;
    if (kernel.known) {
        entry.matched = kernel.suppressed + kernel.passed + kernel.adopted;
        entry.suppressed = kernel.suppressed;
        entry.lost_kernel = kernel.lost;
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
        return std::tie(o.output, o.written, o.filtered, o.dropped, o.failed, o.queued, o.spooled);
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
