// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.hpp"

#include <cstdlib>

namespace nflogd::bench {

void Report::finish(std::size_t records, std::size_t bytes, Heap heap) {
    using benchmark::Counter;
    const std::uint64_t allocated = allocations() - before_;
    const auto total = static_cast<double>(state_.iterations()) * static_cast<double>(records);
    state_.SetItemsProcessed(static_cast<std::int64_t>(total));
    state_.counters["record"] = Counter(total, Counter::kIsRate | Counter::kInvert);
    state_.counters["allocations"] = static_cast<double>(allocated) / total;
    if (bytes > 0) {
        const double size = static_cast<double>(bytes) / static_cast<double>(records);
        state_.counters["bytes"] = size;
        state_.SetBytesProcessed(static_cast<std::int64_t>(total * size));
    }
    if (heap == Heap::never && allocated > 0) state_.SkipWithError("allocates memory");
}

void iterations(benchmark::internal::Benchmark* benchmark) {
    const char* asked = std::getenv("NFLOGD_BENCH_ITERATIONS");
    if (asked != nullptr) benchmark->Iterations(std::strtol(asked, nullptr, 10));
}

}  // namespace nflogd::bench
