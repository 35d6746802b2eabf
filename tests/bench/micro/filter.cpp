// SPDX-License-Identifier: GPL-2.0-or-later
// What an output's filter costs for each packet: compiled once, evaluated for all.
#include "filter/filter.hpp"

#include "bench.hpp"

namespace nflogd::bench {
namespace {

/// Three comparisons, and the packets pass some of them.
constexpr const char* kExpression =
    "in_iface == \"e*\" and src_ip in {10.0.0.0/8, 192.0.2.0/24, 2001:db8::/32} and "
    "not dest_port in {22, 80, 8000-8100}";

void filter_three_terms(benchmark::State& state, Sample sample) {
    const auto packets = records(sample);
    const auto compiled = filter::Filter::parse(kExpression);
    if (!compiled) return state.SkipWithError(compiled.error().message.c_str());
    Report report(state);
    std::size_t taken = 0;
    for (auto _ : state) {
        for (const Record& record : packets)
            taken += std::size_t{compiled->matches(record, labels())};
        benchmark::DoNotOptimize(taken);
    }
    report.finish(packets.size());
}

[[maybe_unused]] const bool kFilter = for_each_sample("filter", filter_three_terms);

}  // namespace
}  // namespace nflogd::bench
