// SPDX-License-Identifier: GPL-2.0-or-later
// The ledger of so many rules, made from the books every 400 ms.
#include "pipeline/ledger.hpp"

#include "bench.hpp"

namespace nflogd::bench {
namespace {

constexpr std::uint16_t kGroup = 100;

void ledger(benchmark::State& state) {
    pipeline::Books books;
    books.open_group(kGroup);
    books.open_output("main", 1024);
    std::vector<pipeline::LedgerRule> rules;
    for (std::uint16_t i = 0; i < state.range(0); ++i) {
        rules.push_back({"rule-" + std::to_string(i), {i}, {kGroup}, std::chrono::seconds(1)});
        books.kernel(i) = {true, 100, 60, 0, 0};
    }
    pipeline::Auditor auditor(books, rules, {"main"});
    Report report(state);
    for (auto _ : state) {
        auditor.before_counting();
        benchmark::DoNotOptimize(auditor.make(
            true, false, [](auto, auto) { return true; }, system_clock()));
    }
    report.finish(rules.size(), 0, Heap::allowed);
}
BENCHMARK(ledger)->Arg(5)->Arg(500)->Apply(iterations);

}  // namespace
}  // namespace nflogd::bench
