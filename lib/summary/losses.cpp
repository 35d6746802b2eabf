// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/losses.hpp"

#include <utility>
#include <variant>

namespace nflogd::summary {
namespace {

LossTotals& operator+=(LossTotals& sum, const LossTotals& more) {
    sum.kernel += more.kernel;
    sum.dropped += more.dropped;
    sum.failed += more.failed;
    sum.suppressed += more.suppressed;
    return sum;
}

template <typename Row>
std::vector<Row> values_of(std::map<std::string, Row> rows) {
    std::vector<Row> values;
    for (auto& [name, row] : rows) values.push_back(std::move(row));
    return values;
}

}  // namespace

void Losses::add(const std::string& host, const Event& event) {
    const bool room = hosts_.size() < kMaxHosts || hosts_.count(host) > 0;
    hosts_[room ? host : "…"].add(event);
    if (std::holds_alternative<Ledger>(event)) ++ledgers_;
}

void Losses::forget() {
    for (auto& [name, host] : hosts_) host.forget();
}

LossTotals Losses::totals() const {
    LossTotals sum;
    for (const auto& [name, host] : hosts_) sum += host.totals();
    return sum;
}

LossTotals Losses::before() const {
    LossTotals sum;
    for (const auto& [name, host] : hosts_) sum += host.before();
    return sum;
}

std::vector<RuleLosses> Losses::rules() const {
    std::map<std::string, RuleLosses> sums;
    for (const auto& [name, host] : hosts_) {
        for (const RuleLosses& row : host.rules()) {
            RuleLosses& sum = sums[row.rule];
            sum.rule = row.rule;
            sum.lost_kernel += row.lost_kernel;
            sum.suppressed += row.suppressed;
        }
    }
    return values_of(std::move(sums));
}

std::vector<OutputLosses> Losses::outputs() const {
    std::map<std::string, OutputLosses> sums;
    for (const auto& [name, host] : hosts_) {
        for (const OutputLosses& row : host.outputs()) {
            OutputLosses& sum = sums[row.output];
            sum.output = row.output;
            sum.dropped += row.dropped;
            sum.failed += row.failed;
        }
    }
    return values_of(std::move(sums));
}

}  // namespace nflogd::summary
