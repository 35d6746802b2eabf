// SPDX-License-Identifier: GPL-2.0-or-later
// Records to text. What the samples look like stays in the cache: the cost of
// the formatting alone.
#include "bench.hpp"
#include "format/formatter.hpp"

namespace nflogd::bench {
namespace {

using Make = std::unique_ptr<format::Formatter> (*)(format::FormatOptions);

void format_records(benchmark::State& state, Sample sample, Make make) {
    const auto formatter = make({"gw1", &labels(), false});
    const auto packets = records(sample);
    std::vector<char> out(format::kMaxPacketText);
    for (const Record& record : packets) formatter->packet(record, out);  // meets the rules
    std::size_t bytes = 0;
    Report report(state);
    for (auto _ : state) {
        bytes = 0;
        for (const Record& record : packets) bytes += formatter->packet(record, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    report.finish(packets.size(), bytes);
}

void json(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_json);
}
void line(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_line);
}

[[maybe_unused]] const bool kJson = for_each_sample("json", json);
[[maybe_unused]] const bool kLine = for_each_sample("line", line);

}  // namespace
}  // namespace nflogd::bench
