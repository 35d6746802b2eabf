// SPDX-License-Identifier: GPL-2.0-or-later
// Finding the rule behind a packet's prefix, among few rules and among many.
#include "enrich/rules.hpp"

#include <algorithm>

#include "bench.hpp"

namespace nflogd::bench {
namespace {

/// Rules 0 to 4 are those of the packets, by turns, however many more there are.
template <std::uint16_t Rules>
void find_rule(benchmark::State& state, Sample sample) {
    std::vector<enrich::KnownRule> known;
    for (std::uint16_t i = 0; i < Rules; ++i) {
        known.push_back({"rule-" + std::to_string(i), 5, i});
    }
    const enrich::RuleIndex index(known);
    auto packets = records(sample);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const std::string& prefix = known[i % 5].prefix;
        std::copy(prefix.begin(), prefix.end(), packets[i].prefix.begin());
        packets[i].prefix_length = static_cast<std::uint8_t>(prefix.size());
        packets[i].group = 5;
        packets[i].set(Field::prefix);
        packets[i].set(Field::group);
    }
    Report report(state);
    for (auto _ : state) {
        for (Record& record : packets) index.apply(record);
        benchmark::DoNotOptimize(packets.data());
        benchmark::ClobberMemory();
    }
    report.finish(packets.size());
}

[[maybe_unused]] const bool kFew = for_each_sample("rules_5", find_rule<5>);
[[maybe_unused]] const bool kMany = for_each_sample("rules_500", find_rule<500>);

}  // namespace
}  // namespace nflogd::bench
