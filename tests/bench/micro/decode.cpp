// SPDX-License-Identifier: GPL-2.0-or-later
// One datagram to records.
#include "decode/decode.hpp"
#include "bench.hpp"

namespace nflogd::bench {
namespace {

void decode_datagram(benchmark::State& state, Sample sample) {
    const auto bytes = datagram(sample);
    Record record;
    Report report(state);
    for (auto _ : state) {
        decode::DatagramReader reader(bytes, 1);
        while (reader.next(record)) benchmark::DoNotOptimize(&record);
    }
    report.finish(kBatch, bytes.size());
}

[[maybe_unused]] const bool kDecode = for_each_sample("decode", decode_datagram);

}  // namespace
}  // namespace nflogd::bench
