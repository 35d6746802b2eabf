// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the benchmarks share: how they are registered and what they report.
///
/// NFLOGD_BENCH_ITERATIONS=N in the environment makes every benchmark do its work
/// N times instead of for some time, for tools that count instructions.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "allocations.hpp"
#include "samples.hpp"

namespace nflogd::bench {

/// Whether the code measured may take memory from the heap.
enum class Heap : std::uint8_t { never, allowed };

/// Counts from its making to finish(), which is called behind the loop: records
/// and bytes a second, ns and allocations per record. An allocation where there
/// must be none is an error of the benchmark.
class Report {
public:
    explicit Report(benchmark::State& state) : state_(state), before_(allocations()) {}

    /// `records` and `bytes` of one iteration.
    void finish(std::size_t records, std::size_t bytes = 0, Heap heap = Heap::never);

private:
    benchmark::State& state_;
    std::uint64_t before_;
};

/// For BENCHMARK(...)->Apply().
void iterations(benchmark::internal::Benchmark* benchmark);

/// Registers `run(State&, Sample)` for every sample, as "NAME/SAMPLE". Returns
/// true, for a static constant.
template <typename Run>
bool for_each_sample(const std::string& name, Run run) {
    for (std::size_t i = 0; i < kSamples.size(); ++i) {
        const std::string full = name + "/" + kSamples[i];
        iterations(benchmark::RegisterBenchmark(full.c_str(), run, static_cast<Sample>(i)));
    }
    return true;
}

}  // namespace nflogd::bench
